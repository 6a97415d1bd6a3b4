package org.polyak.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.spi.Shape;

class SafetensorsFileTest {
  @TempDir private Path folder;

  @Test
  void bytesAreThoseOfThePublicFormat() throws IOException {
    SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
    tensors.put("w", StoredTensor.ofFloats(Shape.of(1, 2), new float[] {1f, -2f}));
    Path file = folder.resolve("m.safetensors");
    new SafetensorsFile(Map.of("a", "b"), tensors).write(file);

    String header =
        "{\"__metadata__\":{\"a\":\"b\"},\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}";
    int padded = (header.length() + 7) / 8 * 8;
    ByteBuffer expected = ByteBuffer.allocate(8 + padded + 8).order(ByteOrder.LITTLE_ENDIAN);
    expected.putLong(padded).put(header.getBytes(StandardCharsets.UTF_8));
    while (expected.position() < 8 + padded) {
      expected.put((byte) ' ');
    }
    expected.putFloat(1f).putFloat(-2f);
    assertThat(Files.readAllBytes(file)).containsExactly(expected.array());
  }

  @Test
  void everyElementTypeIsRead() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    data.putDouble(0.1).putLong(-5_000_000_000L).putFloat(0.5f).putInt(-7);
    Path file =
        raw(
            "{\"d\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]},"
                + "\"l\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[8,16]},"
                + "\"i\":{\"dtype\":\"I32\",\"shape\":[1,1],\"data_offsets\":[20,24]},"
                + "\"f\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[16,20]}}  ",
            data.array());

    SafetensorsFile read = SafetensorsFile.read(file);

    assertThat(read.tensors().keySet()).containsExactly("d", "l", "f", "i");
    assertThat(read.require("d").toDoubles()).containsExactly(0.1);
    assertThat(read.require("d").shape()).isEqualTo(Shape.of());
    assertThat(read.require("l").toLongs()).containsExactly(-5_000_000_000L);
    assertThat(read.require("f").toFloats()).containsExactly(0.5f);
    assertThat(read.require("i").toLongs()).containsExactly(-7);
    assertThatThrownBy(() -> read.require("x")).hasMessageContaining("no tensor 'x'");
  }

  @Test
  void wideElementsComeFirstSoThatAllAreAligned() {
    SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
    tensors.put("floats", StoredTensor.ofFloats(Shape.of(3), new float[] {1, 2, 3}));
    tensors.put("longs", StoredTensor.ofLongs(new long[] {Long.MIN_VALUE}));
    Path file = folder.resolve("m.safetensors");
    new SafetensorsFile(Map.of(), tensors).write(file);

    SafetensorsFile read = SafetensorsFile.read(file);
    assertThat(read.tensors().keySet()).containsExactly("longs", "floats");
    assertThat(read.require("longs").data().address() % 8).isZero();
    assertThat(read.require("longs").toLongs()).containsExactly(Long.MIN_VALUE);
    assertThat(read.require("floats").toFloats()).containsExactly(1, 2, 3);
  }

  @Test
  void emptyTensorsAndNoTensorsAreFine() {
    Path file = folder.resolve("m.safetensors");
    new SafetensorsFile(Map.of(), new LinkedHashMap<>()).write(file);
    assertThat(SafetensorsFile.read(file).tensors()).isEmpty();

    SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
    tensors.put("none", StoredTensor.ofFloats(Shape.of(0, 4), new float[0]));
    new SafetensorsFile(Map.of(), tensors).write(file);
    assertThat(SafetensorsFile.read(file).require("none").shape()).isEqualTo(Shape.of(0, 4));
  }

  @Test
  void fileThatIsNoSafetensorsSaysSo() throws IOException {
    Path file = folder.resolve("picture.png");
    Files.write(file, new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 0});
    assertFails(file, "is not a safetensors file");
    Files.writeString(file, "loss = 0.5 after many steps");
    assertFails(file, "is not a safetensors file");
    assertFails(folder.resolve("missing"), "There is no checkpoint");
  }

  @Test
  void gapsOverlapsAndWrongSizesAreFound() throws IOException {
    byte[] data = new byte[16];
    assertFails(raw(entry("a", "F32", "[2]", 0, 8) + "}", data), "8 bytes follow its last tensor");
    assertFails(raw(entry("a", "F32", "[2]", 8, 16) + "}", data), "leaves a gap");
    assertFails(
        raw(entry("a", "F32", "[2]", 0, 8) + "," + tail("b", "F32", "[2]", 4, 12), data),
        "overlaps");
    assertFails(raw(entry("a", "F32", "[3]", 0, 16) + "}", data), "does not match its shape [3]");
    assertFails(raw(entry("a", "F32", "[-4]", 0, 16) + "}", data), "negative extent");
    assertFails(raw(entry("a", "BF16", "[8]", 0, 16) + "}", data), "element type 'BF16'");
    assertFails(
        raw(entry("a", "F32", "[2]", 0, 8) + "," + tail("a", "F32", "[2]", 8, 16), data),
        "Duplicate field");
    assertFails(raw("{} []", new byte[0]), "unexpected contents");
    assertFails(raw("{\"a\":1}", new byte[0]), "unexpected contents");
  }

  @Test
  void cuttingAnywhereIsFound() throws IOException {
    SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
    tensors.put("w", StoredTensor.ofFloats(Shape.of(5), new float[] {1, 2, 3, 4, 5}));
    Path file = folder.resolve("m.safetensors");
    new SafetensorsFile(Map.of("a", "b"), tensors).write(file);
    byte[] whole = Files.readAllBytes(file);

    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertFails(file, "cut short");
    }
  }

  private static String entry(String name, String type, String shape, long begin, long end) {
    return "{" + body(name, type, shape, begin, end);
  }

  private static String tail(String name, String type, String shape, long begin, long end) {
    return body(name, type, shape, begin, end) + "}";
  }

  private static String body(String name, String type, String shape, long begin, long end) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(name, type, shape, begin, end);
  }

  private Path raw(String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json).put(data);
    return Files.write(folder.resolve("raw.safetensors"), bytes.array());
  }

  private static void assertFails(Path file, String message) {
    assertThatThrownBy(() -> SafetensorsFile.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message)
        .hasMessageContaining(file.toString());
  }
}
