package org.polyak.tasks.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.polyak.nn.session.BackendRegistry;
import org.polyak.nn.session.BackendSettings;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.Probe;
import org.polyak.tasks.ExitCode;
import org.polyak.tasks.data.DataFolders;
import org.polyak.tasks.data.DataSet;
import org.polyak.tasks.data.DataSets;
import org.polyak.tasks.data.DataState;
import org.polyak.tasks.report.Fonts;
import picocli.CommandLine.Command;

/** {@code polyak doctor}: whether this machine has what training needs. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Checks Java, backends, data sets, fonts and folders, and says what to mend.")
final class DoctorCommand implements Callable<Integer> {
  private static final long LITTLE_HEAP = 1L << 30;

  private final Surroundings surroundings;

  DoctorCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    PrintWriter out = surroundings.terminal().out();
    long heap = Runtime.getRuntime().maxMemory();
    line(out, true, "polyak", Version.current());
    line(
        out,
        true,
        "java",
        "%s (%s), %d processors"
            .formatted(
                Runtime.version(),
                System.getProperty("java.vm.name"),
                Runtime.getRuntime().availableProcessors()));
    line(
        out,
        heap >= LITTLE_HEAP,
        "heap",
        "up to %,d MiB%s"
            .formatted(
                heap >> 20,
                heap >= LITTLE_HEAP ? "" : "; give more with JAVA_TOOL_OPTIONS=-Xmx4g"));
    boolean usable = backends(out);
    fonts(out);
    Path config = surroundings.workingFolder().resolve("application.conf");
    line(
        out,
        true,
        "settings",
        Files.exists(config) ? config.toAbsolutePath().toString() : "no application.conf here");
    Path folder = surroundings.workingFolder().toAbsolutePath().normalize();
    boolean writable = Files.isWritable(folder);
    line(
        out,
        writable,
        "output",
        writable
            ? "runs go to " + folder.resolve("runs")
            : folder + " cannot be written; choose another folder with --out");
    DataFolders folders = DataFolders.of("", surroundings.home());
    DataSets.all().forEach(set -> data(out, folders, set));
    return usable ? ExitCode.OK.code() : ExitCode.BACKEND_UNAVAILABLE.code();
  }

  private static boolean backends(PrintWriter out) {
    BackendRegistry registry = BackendRegistry.discover();
    boolean usable = false;
    for (BackendProvider provider : registry.providers()) {
      boolean ready =
          provider.spiVersion() == BackendProvider.SPI_VERSION
              && provider.probe(BackendOptions.DEFAULTS) instanceof Probe.Ready;
      usable |= ready && provider.id().equals(BackendSettings.BUILT_IN);
      out.print(mark(ready) + "backend   ");
      BackendsCommand.print(out, provider);
    }
    registry.problems().forEach(problem -> line(out, false, "backend", problem));
    if (!usable) {
      line(
          out,
          false,
          "backend",
          "the default, %s, cannot start here".formatted(BackendSettings.BUILT_IN));
    }
    return usable;
  }

  private static void fonts(PrintWriter out) {
    List<String> families = Fonts.families();
    line(
        out,
        !families.isEmpty(),
        "fonts",
        families.isEmpty()
            ? "none, so nothing can be drawn; install one (Debian: fontconfig fonts-dejavu-core)"
            : families.size() + " families");
  }

  private static void data(PrintWriter out, DataFolders folders, DataSet set) {
    switch (folders.state(set)) {
      case DataState.Present present ->
          line(out, true, "data", set.name() + " in " + present.folder());
      case DataState.Missing missing ->
          line(out, false, "data", "%1$s is missing: polyak data fetch %1$s".formatted(set.name()));
      case DataState.Corrupt corrupt ->
          line(out, false, "data", String.join(" ", corrupt.faults()));
    }
  }

  private static void line(PrintWriter out, boolean good, String what, String text) {
    out.printf("%s%-10s%s%n", mark(good), what, text);
  }

  private static String mark(boolean good) {
    return good ? "  ok   " : "  --   ";
  }
}
