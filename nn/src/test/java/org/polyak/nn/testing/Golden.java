package org.polyak.nn.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.polyak.nn.checkpoint.SafetensorsFile;
import org.polyak.nn.checkpoint.StoredTensor;

/**
 * A file of golden vectors: inputs, weights, outputs and gradients computed by the papers' public
 * implementations. The folder is named by the system property {@code polyak.golden}; {@code
 * polyak.golden.required} makes its absence an error.
 */
public record Golden(String name, SafetensorsFile file) {
  /** The files whose name begins so, in order of their names. */
  public static List<Golden> files(String prefix) {
    Path folder = Path.of(System.getProperty("polyak.golden", ""));
    if (!Files.isDirectory(folder.resolve("."))
        || System.getProperty("polyak.golden", "").isEmpty()) {
      assertThat(Boolean.getBoolean("polyak.golden.required"))
          .as("golden vectors are required, but -Dpolyak.golden names no folder")
          .isFalse();
      Assumptions.abort("No golden vectors: -Dpolyak.golden names no folder.");
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> path.getFileName().toString().startsWith(prefix))
          .filter(path -> path.toString().endsWith(".safetensors"))
          .sorted()
          .map(path -> new Golden(path.getFileName().toString(), SafetensorsFile.read(path)))
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException("Cannot list " + folder + ".", e);
    }
  }

  /** One tensor. */
  public StoredTensor tensor(String tensor) {
    return file.require(tensor);
  }

  /** The tensors whose name begins so, by the rest of their name. */
  public Map<String, StoredTensor> under(String prefix) {
    TreeMap<String, StoredTensor> part = new TreeMap<>();
    file.tensors()
        .forEach((key, value) -> {
          if (key.startsWith(prefix)) {
            part.put(key.substring(prefix.length()), value);
          }
        });
    return part;
  }

  /** A scalar of the case's parameters, as text. */
  public String parameter(String key) {
    Matcher matcher =
        Pattern.compile("\"" + key + "\": \"?([^,\"}]*)")
            .matcher(file.metadata().getOrDefault("params", ""));
    assertThat(matcher.find()).as("%s has parameter %s", name, key).isTrue();
    return matcher.group(1);
  }

  /**
   * Compares an F32 result with the file's own tolerances for F32, which are eight times the
   * largest error of an F32 run of the reference, or 10⁻⁶ of the largest magnitude.
   */
  public void check(String tensor, float[] actual) {
    Matcher matcher =
        Pattern.compile("\"" + Pattern.quote(tensor) + "\": \\[([^,]*), ([^\\]]*)\\]")
            .matcher(file.metadata().getOrDefault("tolerances", ""));
    assertThat(matcher.find()).as("%s has tolerances of %s", name, tensor).isTrue();
    double relative = Double.parseDouble(matcher.group(1));
    double absolute = Double.parseDouble(matcher.group(2));
    double[] expected = tensor(tensor).toDoubles();
    assertThat(actual).as("%s: size of %s", name, tensor).hasSize(expected.length);
    int worst = 0;
    double worstExcess = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < expected.length; i++) {
      double error = Math.abs(actual[i] - expected[i]);
      double excess = error - absolute - relative * Math.abs(expected[i]);
      if (!(excess <= worstExcess)) {
        worst = i;
        worstExcess = excess;
      }
    }
    assertThat(worstExcess)
        .as(
            "%s: %s[%d] is %s and should be %s, within %s + %s relative",
            name,
            tensor,
            worst,
            expected.length == 0 ? Float.NaN : actual[worst],
            expected.length == 0 ? Double.NaN : expected[worst],
            absolute,
            relative)
        .isLessThanOrEqualTo(0);
  }
}
