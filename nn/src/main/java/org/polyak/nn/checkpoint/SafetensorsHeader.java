package org.polyak.nn.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Shape;

/**
 * The JSON header of a safetensors file.
 *
 * @param metadata the map of strings
 * @param entries the tensors, in the order of their places
 */
record SafetensorsHeader(Map<String, String> metadata, List<Entry> entries) {
  private static final String METADATA = "__metadata__";
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /**
   * One tensor.
   *
   * @param begin first byte, counted from the end of the header
   * @param end one past the last byte
   */
  record Entry(String name, ElementType type, Shape shape, long begin, long end) {}

  /** Bytes that the tensors take. */
  long dataBytes() {
    return entries.isEmpty() ? 0 : entries.getLast().end();
  }

  /** The header for tensors in this order, padded with spaces to a multiple of 8 bytes. */
  static byte[] write(Map<String, String> metadata, List<Map.Entry<String, StoredTensor>> tensors) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeObjectFieldStart(METADATA);
      for (Map.Entry<String, String> entry : metadata.entrySet()) {
        json.writeStringField(entry.getKey(), entry.getValue());
      }
      json.writeEndObject();
      long begin = 0;
      for (Map.Entry<String, StoredTensor> entry : tensors) {
        StoredTensor tensor = entry.getValue();
        long end = begin + tensor.data().byteSize();
        json.writeObjectFieldStart(entry.getKey());
        json.writeStringField("dtype", tensor.type().name());
        json.writeFieldName("shape");
        json.writeArray(tensor.shape().dims(), 0, tensor.shape().rank());
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {begin, end}, 0, 2);
        json.writeEndObject();
        begin = end;
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int length = bytes.size();
    byte[] padded = Arrays.copyOf(bytes.toByteArray(), (length + 7) / 8 * 8);
    Arrays.fill(padded, length, padded.length, (byte) ' ');
    return padded;
  }

  /**
   * Reads a header.
   *
   * @param name what messages call the file
   * @throws CheckpointException when it is not such a header, or tensors overlap or leave gaps
   */
  static SafetensorsHeader parse(String name, byte[] bytes) {
    Map<String, String> metadata = new TreeMap<>();
    List<Entry> entries = new ArrayList<>();
    try (JsonParser json = JSON.createParser(bytes)) {
      expect(json, json.nextToken(), JsonToken.START_OBJECT);
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        if (key.equals(METADATA)) {
          readMetadata(json, metadata);
        } else {
          entries.add(readEntry(json, key));
        }
      }
      expect(json, json.currentToken(), JsonToken.END_OBJECT);
      expect(json, json.nextToken(), null);
      entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
      long position = 0;
      for (Entry entry : entries) {
        if (entry.begin() != position) {
          throw new IOException("tensor '" + entry.name() + "' overlaps another or leaves a gap");
        }
        position = entry.end();
      }
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(
          "The header of '%s' is damaged: %s. Use another copy of the file."
              .formatted(name, firstLine(e)),
          e);
    }
    return new SafetensorsHeader(metadata, entries);
  }

  private static void readMetadata(JsonParser json, Map<String, String> metadata)
      throws IOException {
    expect(json, json.nextToken(), JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      expect(json, json.nextToken(), JsonToken.VALUE_STRING);
      metadata.put(key, json.getText());
    }
  }

  private static Entry readEntry(JsonParser json, String name) throws IOException {
    ElementType type = null;
    long[] dims = null;
    long[] offsets = null;
    expect(json, json.nextToken(), JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      JsonToken value = json.nextToken();
      switch (key) {
        case "dtype" -> {
          expect(json, value, JsonToken.VALUE_STRING);
          type = elementType(name, json.getText());
        }
        case "shape" -> dims = readNumbers(json, value);
        case "data_offsets" -> offsets = readNumbers(json, value);
        default ->
            throw new IOException("tensor '" + name + "' has an unknown field '" + key + "'");
      }
    }
    if (type == null || dims == null || offsets == null || offsets.length != 2) {
      throw new IOException("tensor '" + name + "' lacks its type, shape or place");
    }
    Shape shape = Shape.of(Arrays.stream(dims).mapToInt(Math::toIntExact).toArray());
    if (offsets[1] - offsets[0] != Math.multiplyExact(shape.size(), (long) type.bytes())) {
      throw new IOException("the size of tensor '" + name + "' does not match its shape " + shape);
    }
    return new Entry(name, type, shape, offsets[0], offsets[1]);
  }

  private static ElementType elementType(String tensor, String name) throws IOException {
    for (ElementType type : ElementType.values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    throw new IOException(
        "tensor '%s' has element type '%s', and only %s can be read"
            .formatted(tensor, name, Arrays.toString(ElementType.values())));
  }

  private static long[] readNumbers(JsonParser json, JsonToken start) throws IOException {
    expect(json, start, JsonToken.START_ARRAY);
    List<Long> numbers = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json, json.currentToken(), JsonToken.VALUE_NUMBER_INT);
      numbers.add(json.getLongValue());
    }
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  private static void expect(
      JsonParser json, @Nullable JsonToken token, @Nullable JsonToken expected) throws IOException {
    if (token != expected) {
      throw new IOException(
          "unexpected contents at byte " + json.currentTokenLocation().getByteOffset());
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("unreadable");
  }
}
