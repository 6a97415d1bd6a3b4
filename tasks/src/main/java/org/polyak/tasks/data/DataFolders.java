package org.polyak.tasks.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.polyak.tasks.UserException;

/**
 * The folders in which data sets are looked for, in order: the one of {@code --data-dir} or the
 * setting {@code data-dir}, then {@code ~/.polyak/data}. Each data set has a folder of its own name
 * there. New files go to the first one.
 *
 * @param roots in the order of the search
 */
public record DataFolders(List<Path> roots) {
  /** Checks that there is one. */
  public DataFolders {
    roots = List.copyOf(roots);
    if (roots.isEmpty()) {
      throw new IllegalArgumentException("At least one folder is needed.");
    }
  }

  /**
   * The folders for a setting.
   *
   * @param dataDir the setting {@code data-dir}; empty when not given
   * @param home the user's home folder
   */
  public static DataFolders of(String dataDir, Path home) {
    List<Path> roots = new ArrayList<>();
    if (!dataDir.isEmpty()) {
      roots.add(Path.of(dataDir));
    }
    roots.add(home.resolve(".polyak").resolve("data"));
    return new DataFolders(roots);
  }

  /** The folder for a data set's new files. */
  public Path target(DataSet set) {
    return roots.getFirst().resolve(set.name());
  }

  /** Where a file of a data set is, when it is anywhere. */
  public Optional<Path> find(DataSet set, DataFile file) {
    return folderOf(set, file).map(folder -> folder.resolve(file.name()));
  }

  /**
   * Where a file of a data set is.
   *
   * @throws UserException.Data that says what to put where, when it is nowhere
   */
  public Path require(DataSet set, String fileName) {
    DataFile file = set.file(fileName);
    return find(set, file)
        .orElseThrow(() ->
            new UserException.Data(
                ("The data set '%s' is missing: no %s in %s. Run 'polyak data fetch %s', or "
                        + "download %s yourself and put it at %s; --data-dir names another "
                        + "folder to look in.")
                    .formatted(
                        set.name(),
                        fileName,
                        roots.stream()
                            .map(root -> root.resolve(set.name()).toString())
                            .collect(Collectors.joining(" or ")),
                        set.name(),
                        file.address(),
                        target(set).resolve(fileName))));
  }

  /** Looks for every file of a data set and verifies its checksum. */
  public DataState state(DataSet set) {
    List<String> missing = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    Path folder = target(set);
    for (DataFile file : set.files()) {
      Optional<Path> found = folderOf(set, file);
      if (found.isEmpty()) {
        missing.add(file.name());
        continue;
      }
      folder = found.get();
      fault(file, folder.resolve(file.name())).ifPresent(faults::add);
    }
    if (!faults.isEmpty()) {
      return new DataState.Corrupt(faults);
    }
    return missing.isEmpty() ? new DataState.Present(folder) : new DataState.Missing(missing);
  }

  private Optional<Path> folderOf(DataSet set, DataFile file) {
    return roots.stream()
        .map(root -> root.resolve(set.name()))
        .filter(folder -> Files.isRegularFile(folder.resolve(file.name())))
        .findFirst();
  }

  private static Optional<String> fault(DataFile file, Path path) {
    try {
      String expected = file.checksum().hex();
      String actual = file.checksum().of(path);
      return actual.equals(expected)
          ? Optional.empty()
          : Optional.of("%s has the checksum %s instead of %s.".formatted(path, actual, expected));
    } catch (IOException e) {
      return Optional.of("%s cannot be read: %s.".formatted(path, e.getMessage()));
    }
  }
}
