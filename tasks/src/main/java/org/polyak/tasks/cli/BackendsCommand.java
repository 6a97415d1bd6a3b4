package org.polyak.tasks.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.polyak.nn.session.BackendRegistry;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.DeviceChoice;
import org.polyak.spi.Probe;
import picocli.CommandLine.Command;

/** {@code polyak backends}: which backends there are, and what is missing for the others. */
@Command(
    name = "backends",
    mixinStandardHelpOptions = true,
    description = "Lists the backends, their devices, and what is missing where one cannot start.",
    footer = {"", "With a backend of your own: CLASSPATH=acme-backend.jar polyak backends"})
final class BackendsCommand implements Callable<Integer> {
  private static final double GIB = 1L << 30;

  private final Surroundings surroundings;

  BackendsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    BackendRegistry registry = BackendRegistry.discover();
    PrintWriter out = surroundings.terminal().out();
    for (BackendProvider provider : registry.providers()) {
      print(out, provider).forEach(choice -> print(out, choice));
    }
    registry.problems().forEach(out::println);
    if (registry.providers().isEmpty()) {
      out.println(
          "No backend is installed: put one, such as polyak-backend-cpu-simd, on the path.");
    }
    return 0;
  }

  /**
   * One line for each device of a backend, or what it lacks.
   *
   * @return what users can choose from it, in which case only the first device has a line
   */
  static List<DeviceChoice> print(PrintWriter out, BackendProvider provider) {
    if (provider.spiVersion() != BackendProvider.SPI_VERSION) {
      out.printf(
          "%-12s unusable: built for version %d of the backend contract, not %d%n",
          provider.id(), provider.spiVersion(), BackendProvider.SPI_VERSION);
      return List.of();
    }
    List<DeviceChoice> choices = provider.choices();
    switch (provider.probe(BackendOptions.DEFAULTS)) {
      case Probe.Ready ready -> {
        int lines = choices.isEmpty() ? ready.devices().size() : 1;
        for (BackendInfo device : ready.devices().subList(0, lines)) {
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
    return choices;
  }

  /** What to type for a device, and what it is. */
  private static void print(PrintWriter out, DeviceChoice choice) {
    BackendInfo info = choice.info();
    Map<String, String> details = info.details();
    List<String> parts = new ArrayList<>();
    Optional.ofNullable(details.get("type")).ifPresent(parts::add);
    parts.add(info.device());
    Optional.ofNullable(details.get("platform")).ifPresent(parts::add);
    parts.add("driver " + info.driver());
    Optional.ofNullable(details.get("memory-bytes"))
        .filter(bytes -> bytes.matches("\\d{1,18}"))
        .ifPresent(bytes -> parts.add("%.1f GiB".formatted(Long.parseLong(bytes) / GIB)));
    out.printf(
        "%12s --option %s: %s%s%n",
        "", choice.option(), String.join(", ", parts), choice.first() ? " (the default)" : "");
  }

  private static String threads(int count) {
    return switch (count) {
      case 0 -> "";
      case 1 -> ", 1 thread";
      default -> ", %d threads".formatted(count);
    };
  }
}
