package org.polyak.tasks.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.polyak.nn.session.BackendRegistry;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.Probe;
import picocli.CommandLine.Command;

/** {@code polyak backends}: which backends there are, and what is missing for the others. */
@Command(
    name = "backends",
    mixinStandardHelpOptions = true,
    description = "Lists the backends, their devices, and what is missing where one cannot start.",
    footer = {"", "With a backend of your own: CLASSPATH=acme-backend.jar polyak backends"})
final class BackendsCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  BackendsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    BackendRegistry registry = BackendRegistry.discover();
    PrintWriter out = surroundings.terminal().out();
    for (BackendProvider provider : registry.providers()) {
      print(out, provider);
    }
    registry.problems().forEach(out::println);
    if (registry.providers().isEmpty()) {
      out.println(
          "No backend is installed: put one, such as polyak-backend-cpu-simd, on the path.");
    }
    return 0;
  }

  /** One line for each device of a backend, or what it lacks. */
  static void print(PrintWriter out, BackendProvider provider) {
    if (provider.spiVersion() != BackendProvider.SPI_VERSION) {
      out.printf(
          "%-12s unusable: built for version %d of the backend contract, not %d%n",
          provider.id(), provider.spiVersion(), BackendProvider.SPI_VERSION);
      return;
    }
    switch (provider.probe(BackendOptions.DEFAULTS)) {
      case Probe.Ready ready -> {
        for (BackendInfo device : ready.devices()) {
          out.printf(
              "%-12s ready    %s, %s, %s%s%n",
              provider.id(),
              device.device(),
              device.driver(),
              device.precision(),
              threads(device.threads()));
        }
      }
      case Probe.Missing missing ->
          out.printf("%-12s missing  %s. %s%n", provider.id(), missing.reason(), missing.remedy());
    }
  }

  private static String threads(int count) {
    return switch (count) {
      case 0 -> "";
      case 1 -> ", 1 thread";
      default -> ", %d threads".formatted(count);
    };
  }
}
