package org.polyak.bench.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.polyak.bench.load.Amount;
import org.polyak.bench.load.LoadId;
import org.polyak.conformance.certificate.Machine;

/** Runs with figures that tests know. */
public final class Runs {
  private static final Contender OURS = new Contender(Contender.Kind.BACKEND, "cpu-simd", "0.1.0");

  private static final Contender PEER =
      new Contender(Contender.Kind.PEER, "otherlib", "Otherlib 7");

  private Runs() {}

  /** Two matrix products and a load that failed. */
  public static RunRecord kernels(double seconds) {
    Amount product = Amount.ofOperations(2e9, 1e6);
    return run(
        "kernels",
        List.of(
            point("matmul", "", "1000x1000x1000", product, seconds),
            point("matmul", "", "2000x500x1000", product, 2 * seconds),
            new Point(
                new LoadId("tanh", "", "8x8"),
                OURS,
                Amount.ofBytes(512),
                List.of(),
                0,
                0,
                0,
                "the device is <lost>")));
  }

  /** The same matrix products, by ours and by a peer that takes twice as long and fails once. */
  public static RunRecord withPeer(double seconds) {
    RunRecord alone = kernels(seconds);
    List<Point> points = new ArrayList<>(alone.points());
    Point first = points.getFirst();
    points.add(1, by(PEER, first, 2 * seconds, ""));
    points.add(by(PEER, points.get(2), 0, "the library is missing"));
    return new RunRecord(
        alone.suite(),
        alone.start(),
        alone.seconds(),
        alone.command(),
        alone.program(),
        alone.commit(),
        alone.machine(),
        alone.jvmArguments(),
        alone.backend(),
        List.of(new RunRecord.Library(PEER, 2, "Otherlib build 7, 2 threads")),
        alone.settings(),
        alone.gate(),
        points,
        alone.notes());
  }

  private static Point by(Contender contender, Point like, double seconds, String failure) {
    return new Point(
        like.load(),
        contender,
        like.amount(),
        failure.isEmpty() ? List.of(seconds, seconds, seconds) : List.of(),
        0,
        0,
        failure.isEmpty() ? 3e-7 : 0,
        failure);
  }

  /** Softmax grows with the square of the length, momentum with the length; they cross at 1024. */
  public static RunRecord scaling() {
    return run(
        "scaling",
        List.of(256, 1024, 4096, 16384).stream()
            .flatMap(length ->
                List.of(
                    attention("softmax", length, length * (double) length / 1024),
                    attention("momentum", length, length))
                    .stream())
            .toList());
  }

  /**
   * Images of 10 and 20 pixels: momentum takes 1 ms a pixel, and a recomputed pixel as many
   * milliseconds as there are pixels before.
   */
  public static RunRecord generation() {
    Amount image = Amount.ofItems(1, "images");
    Amount pixel = Amount.ofItems(1, "pixels");
    return run(
        "generation",
        List.of(
            point("generation", "momentum", "tiny:1x10", image, 0.01),
            point("generation", "momentum", "tiny:1x20", image, 0.02),
            point("recomputed-pixel", "softmax", "tiny:1x10", pixel, 0.01),
            point("recomputed-pixel", "softmax", "tiny:1x20", pixel, 0.02),
            point("generation", "momentum", "tiny:8x20", image, 0.05)));
  }

  private static Point attention(String variant, int length, double microseconds) {
    return point(
        "attention-forward",
        variant,
        "1x8x%dx32".formatted(length),
        Amount.ofItems(length, "tokens"),
        microseconds * 1e-6);
  }

  private static Point point(
      String benchmark, String variant, String shape, Amount amount, double seconds) {
    return new Point(
        new LoadId(benchmark, variant, shape),
        OURS,
        amount,
        List.of(1.1 * seconds, seconds, 0.9 * seconds),
        4096,
        100,
        0,
        "");
  }

  private static RunRecord run(String suite, List<Point> points) {
    return new RunRecord(
        suite,
        "2026-11-22T10:00:00Z",
        12.5,
        "polyak bench --suite " + suite,
        "0.1.0",
        "0123abc",
        new Machine("Linux 6, amd64", 2, "25", "VM", List.of("-Xmx3g"), 1L << 30),
        List.of("-Xmx3g"),
        new RunRecord.Device(
            "cpu-simd",
            "--backend",
            "A processor",
            "Java",
            "f32",
            2,
            Map.of("threads", "2"),
            Map.of()),
        List.of(),
        Map.of("rounds", "3"),
        new RunRecord.Gate(List.of("VERB-MATMUL"), 17),
        points,
        List.of("A curve was ended."));
  }
}
