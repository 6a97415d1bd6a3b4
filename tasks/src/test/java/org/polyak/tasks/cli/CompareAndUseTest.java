package org.polyak.tasks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.tasks.cli.CommandRunner.Ending;

final class CompareAndUseTest {
  @TempDir Path folder;
  private CommandRunner polyak;

  @BeforeEach
  void start() {
    polyak = new CommandRunner(folder);
  }

  @Test
  void comparesTheVariantsOfThePapersFigure1() throws IOException {
    Ending ending = polyak.tiny("compare", "copy", "--steps", "10", "--out", polyak.path("c"));
    assertThat(ending.code()).as(ending.err()).isZero();
    String[] variants = {"softmax", "linear", "momentum", "momentum-connection", "adaptive"};
    assertThat(ending.out()).contains(variants);
    for (String variant : variants) {
      assertThat(folder.resolve("c").resolve(variant).resolve("report.html")).isNotEmptyFile();
    }
    assertThat(Files.readString(folder.resolve("c/report.html"))).contains(variants);
    assertThat(Files.readString(folder.resolve("c/comparison.json"))).contains(variants);
    assertThat(ImageIO.read(folder.resolve("c/curves.png").toFile()).getWidth())
        .isGreaterThan(1000);
  }

  @Test
  void goesOnWithAnUnfinishedComparison() throws IOException {
    String variants = "compare.variants=[linear,momentum]";
    polyak.tiny(
        "compare",
        "copy",
        "--steps",
        "4",
        "--out",
        polyak.path("c"),
        "--set",
        variants,
        "--set",
        "attention.beta=0.5");
    for (String file : new String[] {"model.safetensors", "metrics.jsonl", "report.html"}) {
      Files.delete(folder.resolve("c/momentum").resolve(file));
    }
    Ending ending = polyak.run("compare", "--resume", polyak.path("c"));
    assertThat(ending.code()).as(ending.err()).isZero();
    assertThat(ending.err()).contains("Going on from step 4");
    assertThat(folder.resolve("c/momentum/report.html")).exists();
    assertThat(Files.readString(folder.resolve("c/momentum/config.conf"))).contains("beta=0.5");
  }

  @Test
  void looksForDataWhereTheConfigurationSays() throws IOException {
    Files.writeString(folder.resolve("application.conf"), "polyak.data-dir = elsewhere");
    assertThat(polyak.run("data", "fetch", "copy").err()).contains("nothing to fetch");
    assertThat(polyak.run("train", "mnist").err()).contains("elsewhere/mnist/train-images");
    Files.createDirectories(folder.resolve("mine/tiny-shakespeare"));
    Files.writeString(folder.resolve("application.conf"), "polyak.data-dir = " + quoted("mine"));
    Files.writeString(folder.resolve("mine/tiny-shakespeare/input.txt"), "not Shakespeare");
    assertThat(polyak.run("data").out())
        .contains("corrupt: " + folder.resolve("mine/tiny-shakespeare/input.txt"));
  }

  private String quoted(String name) {
    return '"' + polyak.path(name).replace("\\", "\\\\") + '"';
  }

  @Test
  void evaluatesAndGeneratesFromACopyRun() {
    polyak.tiny("train", "copy", "--steps", "5", "--out", polyak.path("a"));
    Ending evaluated = polyak.run("evaluate", polyak.path("a"));
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
    assertThat(evaluated.out()).contains("accuracy").contains("loss");
    Ending generated =
        polyak.run("generate", polyak.path("a"), "--count", "3", "--temperature", "0");
    assertThat(generated.code()).as(generated.err()).isZero();
    assertThat(generated.out().lines())
        .hasSize(3)
        .allMatch(line -> line.endsWith("right") || line.endsWith("wrong"));
    assertThat(generated.err()).contains("3 words, 1 at a time, in");
    assertThat(polyak.run("generate", polyak.path("a"), "--count", "0").code()).isEqualTo(2);
    assertThat(polyak.run("generate", polyak.path("none")).err()).contains("config.conf");
  }

  @Test
  void trainsOnTextAndContinuesAPrompt() throws IOException {
    Path text = Files.writeString(folder.resolve("text.txt"), "the cat sat. ".repeat(60));
    Ending trained = train("text", "task.path=" + text, "task.context=16");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("bits-per-byte");
    Ending generated =
        polyak.run(
            "generate",
            polyak.path("text"),
            "--prompt",
            "the cat",
            "--length",
            "40",
            "--count",
            "1",
            "--temperature",
            "0");
    assertThat(generated.code()).as(generated.err()).isZero();
    assertThat(generated.out()).startsWith("the cat");
    Ending again =
        polyak.run(
            "generate",
            polyak.path("text"),
            "--prompt",
            "the cat",
            "--length",
            "40",
            "--count",
            "1",
            "--temperature",
            "0");
    assertThat(again.out()).isEqualTo(generated.out());
  }

  @Test
  void trainsOnDigitsAndDrawsThem() throws IOException {
    Path mnist = Files.createDirectories(folder.resolve(".polyak/data/mnist"));
    Files.write(mnist.resolve("train-images-idx3-ubyte.gz"), images(6));
    Files.write(mnist.resolve("t10k-images-idx3-ubyte.gz"), images(3));
    Ending trained = train("mnist", "task.mixtures=2", "task.test-images=0");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("bits-per-dim").contains("images-per-second");
    assertThat(folder.resolve("mnist/samples.png")).isNotEmptyFile();
    assertThat(Files.readString(folder.resolve("mnist/report.html"))).contains("class=\"pixels\"");
    Ending generated =
        polyak.run("generate", polyak.path("mnist"), "--count", "4", "--out", polyak.path("grid"));
    assertThat(generated.code()).as(generated.err()).isZero();
    assertThat(ImageIO.read(folder.resolve("grid/samples.png").toFile()).getWidth())
        .isEqualTo(2 * (28 * 3 + 6) + 6);
    assertThat(generated.err())
        .containsPattern("4 images, 4 at a time, in .* per second\\) after .* s to start");
    Ending inParts =
        polyak.run(
            "generate",
            polyak.path("mnist"),
            "--count",
            "4",
            "--batch",
            "3",
            "--out",
            polyak.path("parts"));
    assertThat(inParts.code()).as(inParts.err()).isZero();
    assertThat(inParts.err()).contains("4 images, 3 at a time, in");
    assertThat(folder.resolve("parts/samples.png"))
        .hasSameBinaryContentAs(folder.resolve("grid/samples.png"));
    assertThat(polyak.run("generate", polyak.path("mnist"), "--batch", "0").code()).isEqualTo(2);
  }

  private Ending train(String task, String... settings) {
    String[] fixed = {
      "train",
      task,
      "--steps",
      "3",
      "--out",
      polyak.path(task),
      "--threads",
      "1",
      "--set",
      "model.layers=1",
      "--set",
      "model.heads=2",
      "--set",
      "model.head-dim=8",
      "--set",
      "model.feed-forward=16",
      "--set",
      "train.batch-size=2",
      "--set",
      "generate.count=2"
    };
    String[] all = Arrays.copyOf(fixed, fixed.length + 2 * settings.length);
    for (int i = 0; i < settings.length; i++) {
      all[fixed.length + 2 * i] = "--set";
      all[fixed.length + 2 * i + 1] = settings[i];
    }
    return polyak.run(all);
  }

  private static byte[] images(int count) {
    byte[] pixels = new byte[count * 784];
    new SplittableRandom(5).nextBytes(pixels);
    ByteBuffer idx = ByteBuffer.allocate(16 + pixels.length);
    idx.putInt(0x803).putInt(count).putInt(28).putInt(28).put(pixels);
    return idx.array();
  }
}
