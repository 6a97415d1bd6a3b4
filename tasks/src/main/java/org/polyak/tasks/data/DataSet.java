package org.polyak.tasks.data;

import java.util.List;

/**
 * A published data set.
 *
 * @param name its name on the command line and the name of its folder
 * @param purpose which task reads it
 * @param licence under which terms it is published
 * @param files what it consists of
 */
public record DataSet(String name, String purpose, String licence, List<DataFile> files) {
  /** Copies the list. */
  public DataSet {
    files = List.copyOf(files);
  }

  /** The file with this name. */
  public DataFile file(String fileName) {
    return files.stream()
        .filter(file -> file.name().equals(fileName))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(name + " has no file " + fileName));
  }
}
