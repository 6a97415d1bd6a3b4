package org.polyak.tasks.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.polyak.tasks.UserException;
import org.polyak.tasks.config.ConfigRequest;
import org.polyak.tasks.config.Settings;
import org.polyak.tasks.data.DataFile;
import org.polyak.tasks.data.DataFolders;
import org.polyak.tasks.data.DataSet;
import org.polyak.tasks.data.DataSets;
import org.polyak.tasks.data.DataState;
import org.polyak.tasks.data.Downloader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code polyak data}: what is there of the data sets; {@code polyak data fetch} gets one. */
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = {
      "Lists the data sets with their state, address, checksum and licence.",
      "The tasks look in the folder of --data-dir or of the setting data-dir, then in"
          + " ~/.polyak/data; each data set has a folder of its own name there."
    })
final class DataCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "The folder to look in first, and to fetch to.")
  private @Nullable Path dataDir;

  DataCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    PrintWriter out = surroundings.terminal().out();
    DataFolders folders = folders(dataDir);
    out.println("copy");
    out.println("  state      generated from the seed; nothing to fetch");
    for (DataSet set : DataSets.all()) {
      print(out, set, folders);
    }
    return 0;
  }

  /** Fetches what is missing of a data set. */
  @Command(
      name = "fetch",
      mixinStandardHelpOptions = true,
      description = "Fetches a data set from its owner's address and verifies its checksums.")
  int fetch(
      @Parameters(paramLabel = "NAME", description = "A name that 'polyak data' lists.")
          String name,
      @Option(
              names = "--data-dir",
              paramLabel = "DIR",
              description = "The folder to put it into; default: ~/.polyak/data.")
          @Nullable Path target)
      throws InterruptedException {
    if (name.equals("copy")) {
      throw new UserException.Usage(
          "The data of the task copy are generated from the seed; there is nothing to fetch.");
    }
    DataSet set = DataSets.named(name);
    Path folder = folders(target == null ? dataDir : target).target(set);
    PrintWriter out = surroundings.terminal().out();
    try (Downloader downloader = new Downloader(this::progress)) {
      for (DataFile file : set.files()) {
        boolean fetched = downloader.fetch(file, folder);
        clearProgress();
        out.printf("%s %s%n", fetched ? "fetched" : "present", folder.resolve(file.name()));
      }
    }
    return 0;
  }

  private DataFolders folders(@Nullable Path dir) {
    ConfigRequest settings =
        new ConfigRequest(
            List.of(),
            List.of(),
            surroundings.properties(),
            surroundings.environment(),
            Optional.empty(),
            surroundings.workingFolder());
    String first = dir == null ? Settings.dataDir(settings) : dir.toString();
    return DataFolders.of(first, surroundings.home());
  }

  private static void print(PrintWriter out, DataSet set, DataFolders folders) {
    out.println(set.name());
    out.println("  for        " + set.purpose());
    switch (folders.state(set)) {
      case DataState.Present present -> out.println("  state      present in " + present.folder());
      case DataState.Missing missing -> {
        out.println("  state      missing " + String.join(", ", missing.files()));
        out.println("  get it     polyak data fetch " + set.name());
      }
      case DataState.Corrupt corrupt -> {
        corrupt.faults().forEach(fault -> out.println("  state      corrupt: " + fault));
        out.println("  mend it    polyak data fetch " + set.name());
      }
    }
    out.println("  licence    " + set.licence());
    for (DataFile file : set.files()) {
      out.println("  file       " + file.address());
      out.println("             " + file.checksum());
    }
  }

  private void progress(DataFile file, long received, OptionalLong total) {
    if (surroundings.terminal().interactive()) {
      surroundings
          .terminal()
          .err()
          .printf(
              "\r%s  %.1f MB%s ",
              file.name(),
              received / 1e6,
              total.isPresent() ? " of %.1f".formatted(total.getAsLong() / 1e6) : "");
      surroundings.terminal().err().flush();
    }
  }

  private void clearProgress() {
    if (surroundings.terminal().interactive()) {
      surroundings.terminal().err().print("\r\u001b[K");
      surroundings.terminal().err().flush();
    }
  }
}
