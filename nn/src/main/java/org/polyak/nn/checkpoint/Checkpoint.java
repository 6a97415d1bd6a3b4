package org.polyak.nn.checkpoint;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Shape;

/**
 * A model, and what is needed to go on training it, in one safetensors file, so that both are
 * always of the same step. Other readers of the format see the parameters under their plain names.
 *
 * <table>
 *   <caption>Layout of the file</caption>
 *   <tr><th>where</th><th>what</th></tr>
 *   <tr><td>tensor {@code <name>}</td><td>a parameter, F32</td></tr>
 *   <tr><td>tensor {@code optimizer.<name>.<i>}</td><td>optimiser state</td></tr>
 *   <tr><td>tensor {@code generator.<label>}</td><td>state of a random stream, I64</td></tr>
 *   <tr><td>metadata {@code polyak.format}</td><td>{@value #FORMAT}</td></tr>
 *   <tr><td>metadata {@code polyak.model.<key>}</td><td>the model's configuration</td></tr>
 *   <tr><td>metadata {@code polyak.training.…}</td><td>steps, rule and progress</td></tr>
 *   <tr><td>metadata {@code polyak.sha256}</td><td>checksum of everything else</td></tr>
 * </table>
 *
 * @param model the model's configuration, as text by key
 * @param parameters by name, in the model's order when built and in the file's order when read
 * @param training null when the file only serves inference
 */
public record Checkpoint(
    Map<String, String> model,
    SequencedMap<String, StoredTensor> parameters,
    @Nullable TrainingState training) {
  /** The version of the layout that this class writes; it reads this one and all before. */
  public static final int FORMAT = 1;

  private static final String FORMAT_KEY = "polyak.format";
  private static final String CHECKSUM_KEY = "polyak.sha256";
  private static final String MODEL_PREFIX = "polyak.model.";
  private static final String STEP_KEY = "polyak.training.step";
  private static final String RULE_KEY = "polyak.training.optimizer";
  private static final String UPDATES_KEY = "polyak.training.updates";
  private static final String PROGRESS_PREFIX = "polyak.training.progress.";
  private static final String OPTIMIZER_PREFIX = "optimizer.";
  private static final String GENERATOR_PREFIX = "generator.";

  /** Copies the maps; parameters must not use the prefixes of optimiser and generator state. */
  public Checkpoint {
    model = Collections.unmodifiableMap(new TreeMap<>(model));
    parameters = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(parameters));
    for (String name : parameters.keySet()) {
      if (name.startsWith(OPTIMIZER_PREFIX) || name.startsWith(GENERATOR_PREFIX)) {
        throw new IllegalArgumentException(
            "A parameter cannot be called '%s': names under '%s' and '%s' hold training state."
                .formatted(name, OPTIMIZER_PREFIX, GENERATOR_PREFIX));
      }
    }
  }

  /**
   * Writes the checkpoint as a whole or not at all.
   *
   * @throws CheckpointException when the folder cannot be written or the disk is full; an earlier
   *     file of that name is then unchanged
   */
  public void write(Path path) {
    Map<String, String> metadata = new TreeMap<>();
    SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>(parameters);
    metadata.put(FORMAT_KEY, Integer.toString(FORMAT));
    model.forEach((key, value) -> metadata.put(MODEL_PREFIX + key, value));
    if (training != null) {
      OptimizerState optimizer = training.optimizer();
      metadata.put(STEP_KEY, Long.toString(training.step()));
      metadata.put(RULE_KEY, optimizer.rule());
      metadata.put(UPDATES_KEY, Long.toString(optimizer.step()));
      training
          .progress()
          .forEach((key, value) -> metadata.put(PROGRESS_PREFIX + key, value.toString()));
      optimizer.tensors().forEach((name, tensor) -> tensors.put(OPTIMIZER_PREFIX + name, tensor));
      training
          .generators()
          .forEach(
              (label, state) -> tensors.put(GENERATOR_PREFIX + label, StoredTensor.ofLongs(state)));
    }
    metadata.put(CHECKSUM_KEY, Checksum.of(metadata, tensors));
    new SafetensorsFile(metadata, tensors).write(path);
  }

  /**
   * Reads and checks a checkpoint.
   *
   * @throws CheckpointException when the file does not exist, is cut short, damaged, not a
   *     checkpoint, or of a newer format
   */
  public static Checkpoint read(Path path) {
    return of(path.toString(), SafetensorsFile.read(path));
  }

  /**
   * Interprets the contents of a file.
   *
   * @param name what messages call it
   */
  static Checkpoint of(String name, SafetensorsFile file) {
    Map<String, String> metadata = new TreeMap<>(file.metadata());
    checkFormat(name, metadata.get(FORMAT_KEY));
    String checksum = metadata.remove(CHECKSUM_KEY);
    if (!Checksum.of(metadata, file.tensors()).equals(checksum)) {
      throw new CheckpointException(
          "'%s' is damaged: its contents do not match its checksum. Use another copy of the file."
              .formatted(name));
    }
    try {
      return new Checkpoint(
          under(MODEL_PREFIX, metadata),
          parameters(file.tensors()),
          metadata.containsKey(STEP_KEY) ? trainingState(metadata, file.tensors()) : null);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new CheckpointException(
          "The training state in '%s' cannot be read: %s. Use another copy of the file."
              .formatted(name, e.getMessage()),
          e);
    }
  }

  /**
   * Checks that this is the checkpoint of a model with that configuration and those parameters.
   *
   * @param name what the message calls this checkpoint, usually its path
   * @param expectedModel configuration of the model, by key
   * @param expectedShapes shape of each parameter of the model, by name
   * @throws CheckpointException naming the first difference
   */
  public void requireModel(
      String name, Map<String, String> expectedModel, Map<String, Shape> expectedShapes) {
    String difference = Difference.first(model, expectedModel);
    if (difference == null) {
      Map<String, String> shapes = new LinkedHashMap<>();
      parameters.forEach((key, tensor) -> shapes.put(key, tensor.shape().toString()));
      Map<String, String> expected = new LinkedHashMap<>();
      expectedShapes.forEach((key, shape) -> expected.put(key, shape.toString()));
      difference = Difference.firstTensor(shapes, expected);
    }
    if (difference != null) {
      throw new CheckpointException(
          "'%s' belongs to another model: %s. Use the configuration that it was trained with, or another checkpoint."
              .formatted(name, difference));
    }
  }

  private static void checkFormat(String name, @Nullable String format) {
    if (format == null) {
      throw new CheckpointException(
          "'%s' is a safetensors file but not a Polyak checkpoint: it has no '%s' in its metadata. Give the model.safetensors of a run."
              .formatted(name, FORMAT_KEY));
    }
    int version;
    try {
      version = Integer.parseInt(format);
    } catch (NumberFormatException e) {
      throw new CheckpointException(
          "'%s' is damaged: its format version is '%s'. Use another copy of the file."
              .formatted(name, format),
          e);
    }
    if (version > FORMAT) {
      throw new CheckpointException(
          "'%s' was written by a newer Polyak: it has format %d and this version reads up to %d. Update Polyak."
              .formatted(name, version, FORMAT));
    }
    if (version < 1) {
      throw new CheckpointException(
          "'%s' is damaged: there is no format %d. Use another copy of the file."
              .formatted(name, version));
    }
  }

  private static SequencedMap<String, StoredTensor> parameters(
      SequencedMap<String, StoredTensor> tensors) {
    SequencedMap<String, StoredTensor> parameters = new LinkedHashMap<>(tensors);
    parameters
        .keySet()
        .removeIf(key -> key.startsWith(OPTIMIZER_PREFIX) || key.startsWith(GENERATOR_PREFIX));
    return parameters;
  }

  private static TrainingState trainingState(
      Map<String, String> metadata, SequencedMap<String, StoredTensor> tensors) {
    Map<String, long[]> generators = new TreeMap<>();
    under(GENERATOR_PREFIX, tensors)
        .forEach((label, tensor) -> generators.put(label, tensor.toLongs()));
    Map<String, Double> progress = new TreeMap<>();
    under(PROGRESS_PREFIX, metadata)
        .forEach((key, value) -> progress.put(key, Double.valueOf(value)));
    return new TrainingState(
        Long.parseLong(metadata.getOrDefault(STEP_KEY, "")),
        new OptimizerState(
            metadata.getOrDefault(RULE_KEY, ""),
            Long.parseLong(metadata.getOrDefault(UPDATES_KEY, "")),
            under(OPTIMIZER_PREFIX, tensors)),
        generators,
        progress);
  }

  /** The entries whose key has a prefix, without it. */
  private static <V> SequencedMap<String, V> under(String prefix, Map<String, V> all) {
    SequencedMap<String, V> part = new LinkedHashMap<>();
    all.forEach((key, value) -> {
      if (key.startsWith(prefix)) {
        part.put(key.substring(prefix.length()), value);
      }
    });
    return part;
  }
}
