package org.polyak.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.nn.random.Generator;
import org.polyak.spi.Shape;

class CheckpointTest {
  @TempDir private Path folder;

  @Test
  void everythingComesBackToTheLastBit() {
    Path file = folder.resolve("model.safetensors");
    Generator dropout = Generator.ofSeed(5).split("dropout");
    dropout.nextLong();
    Checkpoint written = checkpoint(dropout);
    written.write(file);

    Checkpoint read = Checkpoint.read(file);

    assertThat(read.model()).isEqualTo(Map.of("layers", "2", "width", "8"));
    assertThat(read.parameters().keySet()).containsExactly("head.weight", "head.bias");
    assertThat(Objects.requireNonNull(read.parameters().get("head.weight")).toFloats())
        .containsExactly(1f, Float.MIN_VALUE, -0f, Float.NaN);
    TrainingState training = Objects.requireNonNull(read.training());
    assertThat(training.step()).isEqualTo(3000);
    assertThat(training.progress()).isEqualTo(Map.of("best", 0.1 + 0.2, "worst", Double.NaN));
    assertThat(training.optimizer().rule()).isEqualTo("Adam[beta1=0.9]");
    assertThat(training.optimizer().step()).isEqualTo(2999);
    assertThat(training.optimizer().tensors().keySet())
        .containsExactly("head.weight.0", "head.weight.1");
    assertThat(
            Objects.requireNonNull(training.optimizer().tensors().get("head.weight.1")).toFloats())
        .containsExactly(5, 6, 7, 8);
    long[] state = training.generators().getOrDefault("dropout", new long[0]);
    assertThat(Generator.ofState(state).nextLong()).isEqualTo(dropout.nextLong());
  }

  @Test
  void modelWithoutTrainingStateIsACheckpoint() {
    Path file = folder.resolve("model.safetensors");
    new Checkpoint(Map.of(), parameters(), null).write(file);
    assertThat(Checkpoint.read(file).training()).isNull();
    assertThat(Checkpoint.read(file).parameters().keySet())
        .containsExactly("head.weight", "head.bias");
  }

  @Test
  void everyFlippedBitIsFound() throws IOException {
    Path file = folder.resolve("model.safetensors");
    checkpoint(Generator.ofSeed(1)).write(file);
    byte[] bytes = Files.readAllBytes(file);

    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      byte original = bytes[bit / 8];
      bytes[bit / 8] = (byte) (original ^ (1 << (bit % 8)));
      assertThatThrownBy(() -> parse(bytes))
          .as("bit %d of byte %d", bit % 8, bit / 8)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("'flipped'");
      bytes[bit / 8] = original;
    }
    assertThatCode(() -> parse(bytes)).doesNotThrowAnyException();
  }

  @Test
  void newerFormatAsksForAnUpdate() {
    assertThatThrownBy(() -> Checkpoint.of("x", withFormat("2")))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "'x' was written by a newer Polyak: it has format 2 and this version reads up to 1. Update Polyak.");
    assertThatThrownBy(() -> Checkpoint.of("x", withFormat("0")))
        .hasMessageContaining("there is no format 0");
    assertThatThrownBy(() -> Checkpoint.of("x", withFormat("one")))
        .hasMessageContaining("format version is 'one'");
  }

  @Test
  void foreignSafetensorsFileIsNotACheckpoint() {
    assertThatThrownBy(() -> Checkpoint.of("x", new SafetensorsFile(Map.of(), parameters())))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("not a Polyak checkpoint");
  }

  @Test
  void anotherModelIsNamedByItsFirstDifference() {
    Checkpoint checkpoint = new Checkpoint(Map.of("layers", "2", "width", "8"), parameters(), null);
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("head.weight", Shape.of(2, 2));
    shapes.put("head.bias", Shape.of(1));
    checkpoint.requireModel("x", checkpoint.model(), shapes);

    assertDifference(
        checkpoint,
        Map.of("layers", "4", "width", "16"),
        shapes,
        "'x' belongs to another model: layers is 2 in the checkpoint and 4 here. Use the configuration that it was trained with, or another checkpoint.");
    assertDifference(
        checkpoint,
        Map.of("layers", "2", "width", "8", "depth", "1"),
        shapes,
        "depth is not set in the checkpoint and 1 here");
    assertDifference(
        checkpoint,
        checkpoint.model(),
        with(shapes, "norm.weight", Shape.of(2)),
        "it lacks tensor 'norm.weight'");
    assertDifference(
        checkpoint,
        checkpoint.model(),
        Map.of("head.weight", Shape.of(2, 2)),
        "the model has no tensor 'head.bias'");
    assertDifference(
        checkpoint,
        checkpoint.model(),
        with(shapes, "head.weight", Shape.of(4, 1)),
        "tensor 'head.weight' has shape [2, 2] in the checkpoint and [4, 1] here");
  }

  @Test
  void unwritableFolderIsReported() {
    Path file = folder.resolve("missing").resolve("model.safetensors");
    assertThatThrownBy(() -> checkpoint(Generator.ofSeed(1)).write(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("the folder does not exist")
        .hasMessageContaining("Nothing was written.");
  }

  /** /dev/full is a disk without room: every write to it fails as on a full file system. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void fullDiskLeavesThePreviousCheckpoint() throws IOException {
    Path file = folder.resolve("model.safetensors");
    new Checkpoint(Map.of("age", "old"), parameters(), null).write(file);
    Path temporary = folder.resolve("model.safetensors.tmp");
    Files.createSymbolicLink(temporary, Path.of("/dev/full"));

    Checkpoint next = new Checkpoint(Map.of("age", "new"), parameters(), null);
    assertThatThrownBy(() -> next.write(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("No space left on device")
        .hasMessageContaining("The previous file is unchanged.");

    assertThat(Checkpoint.read(file).model()).containsEntry("age", "old");
    assertThat(temporary).doesNotExist();
  }

  @Test
  void leftoverOfACrashIsReplaced() throws IOException {
    Path file = folder.resolve("model.safetensors");
    Files.writeString(folder.resolve("model.safetensors.tmp"), "half of a checkpoint");
    checkpoint(Generator.ofSeed(1)).write(file);

    assertThat(Checkpoint.read(file).training()).isNotNull();
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void parameterNamesOfTrainingStateAreRefused() {
    SequencedMap<String, StoredTensor> parameters = new LinkedHashMap<>();
    parameters.put("optimizer.x", StoredTensor.ofFloats(Shape.of(1), new float[1]));
    assertThatThrownBy(() -> new Checkpoint(Map.of(), parameters, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'optimizer.x'");
  }

  private static void assertDifference(
      Checkpoint checkpoint, Map<String, String> model, Map<String, Shape> shapes, String message) {
    assertThatThrownBy(() -> checkpoint.requireModel("x", model, shapes))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  private static Map<String, Shape> with(Map<String, Shape> shapes, String name, Shape shape) {
    Map<String, Shape> changed = new LinkedHashMap<>(shapes);
    changed.put(name, shape);
    return changed;
  }

  private static Checkpoint parse(byte[] bytes) {
    return Checkpoint.of("flipped", SafetensorsFile.parse("flipped", MemorySegment.ofArray(bytes)));
  }

  private static SafetensorsFile withFormat(String format) {
    return new SafetensorsFile(Map.of("polyak.format", format), parameters());
  }

  private static SequencedMap<String, StoredTensor> parameters() {
    SequencedMap<String, StoredTensor> parameters = new LinkedHashMap<>();
    parameters.put(
        "head.weight",
        StoredTensor.ofFloats(Shape.of(2, 2), new float[] {1f, Float.MIN_VALUE, -0f, Float.NaN}));
    parameters.put("head.bias", StoredTensor.ofFloats(Shape.of(1), new float[] {3f}));
    return parameters;
  }

  private static Checkpoint checkpoint(Generator dropout) {
    SequencedMap<String, StoredTensor> moments = new LinkedHashMap<>();
    moments.put("head.weight.0", StoredTensor.ofFloats(Shape.of(2, 2), new float[] {1, 2, 3, 4}));
    moments.put("head.weight.1", StoredTensor.ofFloats(Shape.of(2, 2), new float[] {5, 6, 7, 8}));
    return new Checkpoint(
        Map.of("layers", "2", "width", "8"),
        parameters(),
        new TrainingState(
            3000,
            new OptimizerState("Adam[beta1=0.9]", 2999, moments),
            Map.of("dropout", dropout.state()),
            Map.of("best", 0.1 + 0.2, "worst", Double.NaN)));
  }
}
