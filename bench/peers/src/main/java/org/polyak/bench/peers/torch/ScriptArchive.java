package org.polyak.bench.peers.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A TorchScript module in PyTorch's file format: a zip archive of sources and of one object whose
 * attributes are the module's settings. The sources lie beside this class as text.
 */
final class ScriptArchive {
  private static final List<String> SCRIPTS =
      List.of(
          "functions",
          "kernels",
          "attention",
          "transformer",
          "training",
          "generation",
          "recomputation");

  /** PyTorch's format of files, and with it the meaning of operators; others are still read. */
  private static final String VERSION = "3\n";

  private ScriptArchive() {}

  /**
   * Packs all sources and an object of one of their classes.
   *
   * @param type a class in the script of the same name in lower case
   * @param settings the object's attributes, see {@link Pickle#object}
   */
  static byte[] of(String type, Map<String, @Nullable Object> settings) {
    String module = "__torch__." + type.toLowerCase(Locale.ROOT);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      put(zip, "version", VERSION.getBytes(StandardCharsets.US_ASCII));
      put(zip, "data.pkl", Pickle.object(module, type, settings));
      put(zip, "constants.pkl", Pickle.emptyTuple());
      for (String script : SCRIPTS) {
        put(zip, "code/__torch__/" + script + ".py", source(script + ".py"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] source(String file) throws IOException {
    try (InputStream in = ScriptArchive.class.getResourceAsStream(file)) {
      return Objects.requireNonNull(in, file).readAllBytes();
    }
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    zip.putNextEntry(new ZipEntry("polyak/" + name));
    zip.write(content);
    zip.closeEntry();
  }
}
