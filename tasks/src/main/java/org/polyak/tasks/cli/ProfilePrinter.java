package org.polyak.tasks.cli;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import org.polyak.spi.Profile;
import org.polyak.spi.Profile.KernelCount;
import org.polyak.spi.Profile.Transfers;
import org.polyak.tasks.train.StepProfile;

/** Shows what one step gives a device to do, as a table for a person. */
final class ProfilePrinter {
  private static final double MIB = 1 << 20;
  private static final double NANOS_PER_MICRO = 1e3;

  private final PrintWriter out;
  private final StepProfile measured;

  ProfilePrinter(PrintWriter out, StepProfile measured) {
    this.out = out;
    this.measured = measured;
  }

  /** Prints all that is known. */
  void print() {
    out.printf(
        "%d %s after %d to warm up, %.2f ms each%n",
        measured.steps(),
        measured.kind(),
        StepProfile.WARM_UP,
        1e3 * measured.seconds() / measured.steps());
    measured
        .profile()
        .ifPresentOrElse(
            this::print, () -> out.println("This backend does not count kernels and copies."));
    out.printf("memory       %.1f MiB of tensors at most", measured.memory().peakBytes() / MIB);
    measured
        .profile()
        .ifPresent(
            profile -> out.printf("; the backend holds %.1f MiB", profile.heldBytes() / MIB));
    out.println();
  }

  private void print(Profile profile) {
    List<KernelCount> kernels =
        profile.kernels().stream()
            .sorted(
                Comparator.comparingLong(KernelCount::nanoseconds)
                    .thenComparingLong(KernelCount::launches)
                    .reversed())
            .toList();
    long launches = kernels.stream().mapToLong(KernelCount::launches).sum();
    long nanoseconds = kernels.stream().mapToLong(KernelCount::nanoseconds).sum();
    boolean timed = kernels.stream().allMatch(kernel -> kernel.nanoseconds() >= 0);
    out.printf("%n%-32s %10s%s%n", "of one step", "launches", timed ? "   device us" : "");
    kernels.forEach(kernel -> row(kernel.name(), kernel.launches(), timed, kernel.nanoseconds()));
    row("all kernels", launches, timed, nanoseconds);
    copies("uploads", profile.uploads());
    copies("downloads", profile.downloads());
    out.println();
    if (!timed) {
      out.println("Device times are measured with --option profile=true.");
    }
  }

  private void row(String name, long launches, boolean timed, long nanoseconds) {
    out.printf("%-32s %10.1f", name, perStep(launches));
    if (timed) {
      out.printf(" %,11.1f", perStep(nanoseconds) / NANOS_PER_MICRO);
    }
    out.println();
  }

  private void copies(String direction, Transfers transfers) {
    out.printf(
        "%-32s %10.1f   %,.0f bytes%n",
        direction, perStep(transfers.count()), perStep(transfers.bytes()));
  }

  private double perStep(long count) {
    return (double) count / measured.steps();
  }
}
