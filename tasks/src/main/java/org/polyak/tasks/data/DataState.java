package org.polyak.tasks.data;

import java.nio.file.Path;
import java.util.List;

/** What is on this machine of a data set. */
public sealed interface DataState {
  /**
   * All files are there and have their checksums.
   *
   * @param folder where
   */
  record Present(Path folder) implements DataState {}

  /**
   * Some files are nowhere.
   *
   * @param files their names
   */
  record Missing(List<String> files) implements DataState {}

  /**
   * Some files are damaged or unreadable.
   *
   * @param faults one sentence for each
   */
  record Corrupt(List<String> faults) implements DataState {}
}
