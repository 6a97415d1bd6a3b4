package com.example.heap;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What users of {@code polyak} get when this backend's jar is on their class path. */
class PolyakIT {
  @TempDir private Path folder;

  @Test
  void backendsListsIt() throws Exception {
    String text = Polyak.run("backends");
    assertTrue(text.lines().anyMatch(line -> line.matches("heap +ready +Java heap.*")), text);
    assertTrue(text.lines().anyMatch(line -> line.startsWith("cpu-simd ")), text);
  }

  @Test
  void trainsOnItAndComposesWhatItDoesNotFuse() throws Exception {
    Path run = folder.resolve("run");
    String text =
        Polyak.run(
            "train",
            "copy",
            "--backend",
            "heap",
            "--steps",
            "20",
            "--out",
            run.toString(),
            "--set",
            "task.max-length=16",
            "--set",
            "model.heads=2",
            "--set",
            "model.head-dim=8");
    assertTrue(text.contains("Backend heap (from --backend) on Java heap"), text);
    assertTrue(text.contains("fused: none; composed: "), text);
    assertTrue(text.contains("causal momentum attention"), text);
    assertTrue(Files.exists(run.resolve("model.safetensors")), text);
  }

  @Test
  void certifyCertifiesIt() throws Exception {
    Path certificate = folder.resolve("certificate");
    String text = Polyak.run("certify", "--backend", "heap", "--out", certificate.toString());
    System.out.print(text);
    String json = Files.readString(certificate.resolve("certificate.json"));
    assertTrue(json.contains("\"CERTIFIED\""), json);
  }
}
