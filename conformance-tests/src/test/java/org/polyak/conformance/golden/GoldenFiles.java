package org.polyak.conformance.golden;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes golden files of no content, for tests of what decides about them. */
public final class GoldenFiles {
  private GoldenFiles() {}

  /** A file with this operation, these parameters as JSON, and no tensor. */
  public static void write(Path path, String operation, String parameters) throws IOException {
    String header =
        """
        {"__metadata__": {"op": "%s", "params": "%s", "source": "a test", "tolerances": "{}",\
         "tolerances_f64": "{}"}}\
        """
            .formatted(operation, parameters.replace("\"", "\\\""));
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(path, bytes.putLong(json.length).put(json).array());
  }
}
