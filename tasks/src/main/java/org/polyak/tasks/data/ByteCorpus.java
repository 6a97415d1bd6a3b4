package org.polyak.tasks.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.polyak.tasks.UserException;

/**
 * Any text as a sequence of bytes, one token each (a vocabulary of 256), split by position: the
 * beginning is for training, the end for validation.
 */
public final class ByteCorpus {
  /** Number of different tokens. */
  public static final int VOCABULARY = 256;

  private static final long MOST_BYTES = Integer.MAX_VALUE - 8L;

  private final byte[] training;
  private final byte[] validation;

  private ByteCorpus(byte[] training, byte[] validation) {
    this.training = training;
    this.validation = validation;
  }

  /**
   * Reads a file, or every visible file under a folder in the order of their paths, with a line
   * feed between files.
   *
   * @param path file or folder
   * @param validationFraction the share of the end that is kept for validation, in (0, 1)
   * @param window how many bytes each part must have at least
   * @throws UserException.Data when there is no text, or too little for one window in each part
   */
  public static ByteCorpus read(Path path, double validationFraction, int window) {
    byte[] bytes = Files.isDirectory(path) ? readFolder(path) : readFile(path);
    if (bytes.length == 0) {
      throw new UserException.Data(
          "The text %s is empty. Give a file, or a folder with at least one file, that has text."
              .formatted(path));
    }
    int validationBytes = (int) Math.ceil(bytes.length * validationFraction);
    int trainingBytes = bytes.length - validationBytes;
    if (Math.min(trainingBytes, validationBytes) < window) {
      throw new UserException.Data(
          ("The text %s is too short: of its %d bytes %d are for training and %d for validation, "
                  + "and each part needs at least %d for one sequence. Give more text or a smaller "
                  + "task.context.")
              .formatted(path, bytes.length, trainingBytes, validationBytes, window));
    }
    return new ByteCorpus(
        Arrays.copyOf(bytes, trainingBytes),
        Arrays.copyOfRange(bytes, trainingBytes, bytes.length));
  }

  /** How many bytes are for training. */
  public int trainingBytes() {
    return training.length;
  }

  /** How many bytes are for validation. */
  public int validationBytes() {
    return validation.length;
  }

  /** Windows of {@code context} tokens from random places of the training part. */
  public BatchSource trainingBatches(int batchSize, int context, RandomStreams streams) {
    return index -> {
      RandomGenerator random = streams.stream(index);
      int[] starts = new int[batchSize];
      Arrays.setAll(starts, i -> random.nextInt(training.length - context));
      return windows(training, starts, context);
    };
  }

  /**
   * Windows of {@code context} tokens side by side from the validation part, each once; the last
   * batch may be smaller. What is left at the end is too short for a window.
   */
  public EvaluationSet validationBatches(int batchSize, int context) {
    int windows = (validation.length - 1) / context;
    return new EvaluationSet(
        (windows + batchSize - 1) / batchSize,
        index -> {
          int first = Math.toIntExact(index * batchSize);
          int[] starts = new int[Math.min(batchSize, windows - first)];
          Arrays.setAll(starts, i -> (first + i) * context);
          return windows(validation, starts, context);
        });
  }

  private static TokenBatch windows(byte[] text, int[] starts, int context) {
    int[] inputs = new int[starts.length * context];
    int[] targets = new int[starts.length * context];
    for (int row = 0; row < starts.length; row++) {
      for (int i = 0; i < context; i++) {
        inputs[row * context + i] = text[starts[row] + i] & 0xff;
        targets[row * context + i] = text[starts[row] + i + 1] & 0xff;
      }
    }
    float[] mask = new float[inputs.length];
    Arrays.fill(mask, 1f);
    return new TokenBatch(starts.length, context, inputs, targets, mask);
  }

  private static byte[] readFile(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new UserException.Data(
            "The text %s is larger than 2 GiB. Give a part of it.".formatted(file));
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new UserException.Data(
          "The text %s does not exist. Name a file or a folder with --set task.path=PATH."
              .formatted(file),
          e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static byte[] readFolder(Path folder) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Path file : visibleFiles(folder)) {
      byte[] bytes = readFile(file);
      if (all.size() > 0) {
        all.write('\n');
      }
      if ((long) all.size() + bytes.length > MOST_BYTES) {
        throw new UserException.Data(
            "The texts under %s are larger than 2 GiB together. Give fewer.".formatted(folder));
      }
      all.writeBytes(bytes);
    }
    return all.toByteArray();
  }

  private static List<Path> visibleFiles(Path folder) {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths
          .filter(Files::isRegularFile)
          .filter(file -> !hasHiddenPart(folder.relativize(file)))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static boolean hasHiddenPart(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static UserException.Data unreadable(Path path, IOException e) {
    return new UserException.Data(
        "Cannot read the text %s: %s.".formatted(path, e.getMessage()), e);
  }
}
