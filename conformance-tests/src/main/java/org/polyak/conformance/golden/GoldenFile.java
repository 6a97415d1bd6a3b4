package org.polyak.conformance.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.oracle.Array;

/**
 * One golden case: a safetensors file with tensors {@code in.*}, {@code weight.*}, {@code out.*}
 * and {@code grad.*}, parameters, notes and tolerances. F32, F64 and I64 tensors are all read into
 * float64, exactly.
 */
public final class GoldenFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final Map<String, Array> tensors;
  private final Map<String, String> metadata;
  private final JsonNode parameters;

  private GoldenFile(String name, Map<String, Array> tensors, Map<String, String> metadata)
      throws IOException {
    this.name = name;
    this.tensors = tensors;
    this.metadata = metadata;
    this.parameters = JSON.readTree(metadata.getOrDefault("params", "{}"));
  }

  /**
   * Reads a file.
   *
   * @throws IOException when it cannot be read, is cut short, or is not a safetensors file of these
   *     types with operation, source and tolerances in its metadata
   */
  public static GoldenFile read(Path path) throws IOException {
    ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    long headerLength = file.remaining() < 8 ? -1 : file.getLong();
    if (headerLength < 0 || headerLength > file.remaining()) {
      throw new IOException("it is cut short, or no safetensors file");
    }
    byte[] header = new byte[(int) headerLength];
    file.get(header);
    JsonNode root = JSON.readTree(new String(header, StandardCharsets.UTF_8));
    ByteBuffer body = file.slice().order(ByteOrder.LITTLE_ENDIAN);
    Map<String, Array> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      if (entry.getKey().equals("__metadata__")) {
        entry.getValue().properties().forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
      } else {
        tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue(), body));
      }
    }
    for (String key : List.of("op", "source", "tolerances", "tolerances_f64")) {
      if (!metadata.containsKey(key)) {
        throw new IOException("its metadata have no '" + key + "'");
      }
    }
    String name = path.getFileName().toString().replace(".safetensors", "");
    return new GoldenFile(name, tensors, metadata);
  }

  /** The case's name: the file's without its ending. */
  public String name() {
    return name;
  }

  /** The operation, for example {@code momentum_attention}. */
  public String operation() {
    return text("op");
  }

  /** An entry of the metadata, for example {@code notes} or {@code gradient_of}. */
  public String text(String key) {
    return required(key, metadata.get(key));
  }

  /** The names of the tensors, sorted. */
  public Set<String> tensorNames() {
    return new TreeSet<>(tensors.keySet());
  }

  /** The names of the outputs and gradients, sorted: all that a replay has to compare. */
  Set<String> resultNames() {
    Set<String> names = tensorNames();
    names.removeIf(name -> !name.startsWith("out.") && !name.startsWith("grad."));
    return names;
  }

  /** Whether there is such a tensor. */
  public boolean hasTensor(String tensor) {
    return tensors.containsKey(tensor);
  }

  /** A tensor; a scalar has rank 0. */
  public Array tensor(String tensor) {
    return required(tensor, tensors.get(tensor));
  }

  /** A tensor of whole numbers, in row-major order. */
  public int[] integers(String tensor) {
    return Arrays.stream(tensor(tensor).data()).mapToInt(x -> (int) x).toArray();
  }

  /** The tensors whose names begin with {@code prefix}, without it. */
  public Map<String, Array> tensorsBelow(String prefix) {
    Map<String, Array> found = new LinkedHashMap<>();
    for (String tensor : tensorNames()) {
      if (tensor.startsWith(prefix)) {
        found.put(tensor.substring(prefix.length()), tensor(tensor));
      }
    }
    return Collections.unmodifiableMap(found);
  }

  /** Whether the case states this parameter, itself or among its defaults. */
  public boolean hasParameter(String key) {
    return !parameter(key).isMissingNode() && !parameter(key).isNull();
  }

  /** A numeric parameter. */
  public double number(String key) {
    return required(key, hasParameter(key) ? parameter(key) : null).asDouble();
  }

  /** An element of a parameter that is a list of numbers. */
  public double number(String key, int index) {
    return required(key, hasParameter(key) ? parameter(key).get(index) : null).asDouble();
  }

  /** A parameter that is true or false; false when the case does not state it. */
  public boolean flag(String key) {
    return parameter(key).asBoolean(false);
  }

  /** A textual parameter. */
  public String option(String key) {
    return required(key, hasParameter(key) ? parameter(key) : null).asText();
  }

  /** The tolerance for a float64 implementation. */
  public Tolerance tolerance64(String tensor) {
    return tolerance("tolerances_f64", tensor);
  }

  /** The tolerance for a float32 implementation. */
  public Tolerance tolerance32(String tensor) {
    return tolerance("tolerances", tensor);
  }

  /** Whether a float32 comparison of this tensor proves little, because its gradient cancels. */
  public boolean isWeak(String tensor) {
    for (JsonNode weak : parse(text("weak"))) {
      if (weak.asText().equals(tensor)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return name;
  }

  private JsonNode parameter(String key) {
    JsonNode own = parameters.path(key);
    return own.isMissingNode() ? parameters.path("defaults").path(key) : own;
  }

  private Tolerance tolerance(String kind, String tensor) {
    JsonNode pair = required(kind + " of " + tensor, parse(text(kind)).get(tensor));
    return new Tolerance(pair.get(0).asDouble(), pair.get(1).asDouble());
  }

  private JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new IllegalStateException(
          "Golden case " + name + " has malformed metadata: " + json, e);
    }
  }

  private <T> T required(String what, @Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException("Golden case %s has no '%s'.".formatted(name, what));
    }
    return value;
  }

  private static Array tensor(String tensor, JsonNode entry, ByteBuffer body) throws IOException {
    JsonNode dimensions = entry.path("shape");
    int[] shape = new int[dimensions.size()];
    long size = 1;
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = Math.max(0, dimensions.get(axis).asInt());
      size *= shape[axis];
    }
    String type = entry.path("dtype").asText();
    int bytes =
        switch (type) {
          case "F32" -> Float.BYTES;
          case "F64" -> Double.BYTES;
          case "I64" -> Long.BYTES;
          default ->
              throw new IOException(
                  "tensor '%s' has type '%s'; golden files hold F32, F64 and I64"
                      .formatted(tensor, type));
        };
    long from = entry.path("data_offsets").path(0).asLong(-1);
    long end = entry.path("data_offsets").path(1).asLong(-1);
    if (from < 0 || end > body.limit() || end - from != size * bytes) {
      throw new IOException(
          "tensor '%s' of %d bytes is said to lie from byte %d to %d of %d"
              .formatted(tensor, size * bytes, from, end, body.limit()));
    }
    double[] data = new double[(int) size];
    for (int i = 0; i < data.length; i++) {
      int at = (int) from + bytes * i;
      data[i] =
          switch (type) {
            case "F32" -> body.getFloat(at);
            case "F64" -> body.getDouble(at);
            default -> body.getLong(at);
          };
    }
    return Array.of(data, shape);
  }
}
