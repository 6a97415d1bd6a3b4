package org.polyak.tasks.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** Names folders for runs that were given none. */
final class RunNames {
  private RunNames() {}

  /** A folder below {@code runs} with what is run and the time, such that none has its name. */
  static Path fresh(Surroundings surroundings, String what) {
    String time =
        DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")
            .withZone(ZoneId.systemDefault())
            .format(surroundings.clock().instant());
    Path runs = surroundings.workingFolder().resolve("runs");
    Path folder = runs.resolve(what + "-" + time);
    for (int i = 2; Files.exists(folder); i++) {
      folder = runs.resolve(what + "-" + time + "-" + i);
    }
    return folder;
  }
}
