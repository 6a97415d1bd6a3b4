package org.polyak.tasks.train;

import java.nio.file.Files;
import java.nio.file.Path;
import org.polyak.tasks.UserException;
import org.polyak.tasks.io.OutputFiles;

/**
 * The folder of one run and the names in it.
 *
 * @param path the folder
 */
public record RunFolder(Path path) {
  /**
   * A folder for a new run.
   *
   * @throws UserException.Usage when there is a run in it already
   * @throws UserException.Output when it cannot be made
   */
  public static RunFolder create(Path path) {
    RunFolder folder = new RunFolder(path);
    if (Files.exists(folder.configuration()) || Files.exists(folder.checkpoint())) {
      throw new UserException.Usage(
          "%s holds a run already. Go on with it with --resume %s, or choose another --out."
              .formatted(path, path));
    }
    OutputFiles.createFolder(path);
    return folder;
  }

  /**
   * The folder of an existing run.
   *
   * @throws UserException.Usage when there is none in it
   */
  public static RunFolder existing(Path path) {
    RunFolder folder = new RunFolder(path);
    if (!Files.isRegularFile(folder.configuration())) {
      throw new UserException.Usage(
          "%s is not the folder of a run: it has no config.conf. Name the folder that train or compare wrote to (--out)."
              .formatted(path));
    }
    return folder;
  }

  /** The complete settings. */
  public Path configuration() {
    return path.resolve("config.conf");
  }

  /** Measurements on the way. */
  public Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  /** The outcome. */
  public Path result() {
    return path.resolve("result.json");
  }

  /** The learning curves. */
  public Path curves() {
    return path.resolve("curves.png");
  }

  /** The page about the run. */
  public Path report() {
    return path.resolve("report.html");
  }

  /** Model and training state. */
  public Path checkpoint() {
    return path.resolve("model.safetensors");
  }
}
