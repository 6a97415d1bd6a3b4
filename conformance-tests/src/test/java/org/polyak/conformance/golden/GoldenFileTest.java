package org.polyak.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reader of golden files, on files that the test writes. */
class GoldenFileTest {
  private static final String METADATA =
      """
      "__metadata__": {"op": "demo", "source": "a test", "weak": "[\\"grad.x\\"]",
        "params": "{\\"lr\\": 0.5, \\"betas\\": [0.9, 0.99], \\"causal\\": true,\
       \\"defaults\\": {\\"eps\\": 1e-08, \\"none\\": null}}",
        "tolerances": "{\\"out.y\\": [1e-05, 2e-06]}",
        "tolerances_f64": "{\\"out.y\\": [1e-11, 2e-12]}"}\
      """;

  @TempDir Path folder;

  @Test
  void readsEveryTypeOfTensorWithItsShape() throws IOException {
    GoldenFile file = GoldenFile.read(write("F32"));
    assertThat(file.name()).isEqualTo("99_demo");
    assertThat(file.operation()).isEqualTo("demo");
    assertThat(file.tensorNames()).containsExactly("in.lengths", "in.x", "out.y");
    assertThat(file.tensor("in.x").shape()).containsExactly(2, 1);
    assertThat(file.tensor("in.x").data()).containsExactly(0.1f, -2);
    assertThat(file.tensor("out.y").rank()).isZero();
    assertThat(file.tensor("out.y").data()).containsExactly(0.1);
    assertThat(file.integers("in.lengths")).containsExactly(7);
    assertThat(file.tensorsBelow("in.")).containsOnlyKeys("x", "lengths");
  }

  @Test
  void readsParametersWithDefaultsAndTolerances() throws IOException {
    GoldenFile file = GoldenFile.read(write("F32"));
    assertThat(file.number("lr")).isEqualTo(0.5);
    assertThat(file.number("betas", 1)).isEqualTo(0.99);
    assertThat(file.number("eps")).isEqualTo(1e-8);
    assertThat(file.flag("causal")).isTrue();
    assertThat(file.flag("absent")).isFalse();
    assertThat(file.hasParameter("none")).isFalse();
    assertThat(file.tolerance64("out.y")).isEqualTo(new Tolerance(1e-11, 2e-12));
    assertThat(file.tolerance32("out.y")).isEqualTo(new Tolerance(1e-5, 2e-6));
    assertThat(file.isWeak("grad.x")).isTrue();
    assertThat(file.isWeak("out.y")).isFalse();
  }

  @Test
  void namesTheCaseAndWhatIsMissing() throws IOException {
    GoldenFile file = GoldenFile.read(write("F32"));
    assertThatThrownBy(() -> file.tensor("out.z")).hasMessageContainingAll("99_demo", "out.z");
    assertThatThrownBy(() -> file.number("gamma")).hasMessageContainingAll("99_demo", "gamma");
  }

  @Test
  void refusesTypesThatItWouldMisread() throws IOException {
    Path half = write("F16");
    assertThatThrownBy(() -> GoldenFile.read(half))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("in.x", "F16");
  }

  @Test
  void toleranceAcceptsUpToItsBoundAndNeverNaN() {
    Tolerance tolerance = new Tolerance(0.1, 1);
    assertThat(tolerance.accepts(12, 10)).isTrue();
    assertThat(tolerance.accepts(12.1, 10)).isFalse();
    assertThat(tolerance.accepts(Double.NaN, 10)).isFalse();
    assertThat(tolerance.accepts(10, Double.NaN)).isFalse();
  }

  private Path write(String type) throws IOException {
    String header =
        """
        {%s,
        "in.x": {"dtype": "%s", "shape": [2, 1], "data_offsets": [0, 8]},
        "out.y": {"dtype": "F64", "shape": [], "data_offsets": [8, 16]},
        "in.lengths": {"dtype": "I64", "shape": [1], "data_offsets": [16, 24]}}\
        """
            .formatted(METADATA, type);
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 24).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json).putFloat(0.1f).putFloat(-2).putDouble(0.1).putLong(7);
    Path path = folder.resolve("99_demo.safetensors");
    Files.write(path, bytes.array());
    return path;
  }
}
