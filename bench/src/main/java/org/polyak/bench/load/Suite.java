package org.polyak.bench.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.polyak.nn.session.NearestName;

/** The suites of benchmarks. */
public enum Suite {
  /** Single operations. */
  KERNELS,
  /** Attention over whole sequences, forward and with gradients. */
  ATTENTION,
  /** Steps of training the copy task's models. */
  TRAINING,
  /** Images drawn by the image tasks' models. */
  GENERATION,
  /** Attention against the length of the sequence. */
  SCALING;

  /** How large the shapes are. */
  public enum Size {
    /** Those that results are reported for. */
    FULL,
    /** A run of seconds, whose figures are rough. */
    QUICK,
    /** Only to see that everything runs. */
    TINY
  }

  private static final int SHORTEST = 256;

  private static final List<String> ROWS =
      List.of(
          "exponential",
          "tanh",
          "bias-gelu",
          "bias-gelu-gradient",
          "softmax",
          "softmax-gradient",
          "layer-norm",
          "layer-norm-gradient",
          "cross-entropy");

  /** The name in commands and results. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All names, in order. */
  public static List<String> names() {
    return Arrays.stream(values()).map(Suite::id).toList();
  }

  /**
   * The suite of a name.
   *
   * @throws IllegalArgumentException for an unknown one, naming the nearest and all
   */
  public static Suite of(String name) {
    for (Suite suite : values()) {
      if (suite.id().equals(name)) {
        return suite;
      }
    }
    throw new IllegalArgumentException(
        "Suite '%s' is unknown.%s Suites: %s."
            .formatted(name, NearestName.question(name, names()), String.join(", ", names())));
  }

  /** Whether loads have an attention variant. */
  public boolean hasVariants() {
    return this != KERNELS;
  }

  /** Whether loads grow along curves, which a limit ends. */
  public boolean hasCurves() {
    return this == ATTENTION || this == GENERATION || this == SCALING;
  }

  /**
   * The loads of a suite, in curves: loads that follow each other in a curve grow, so that the end
   * of one can be foreseen.
   *
   * @param variants of attention; without effect on suites that have none
   */
  public List<List<LoadId>> curves(Size size, List<Variant> variants) {
    return switch (this) {
      case KERNELS -> singles(kernels(size));
      case ATTENTION -> attention(size, variants);
      case TRAINING -> singles(training(size, variants));
      case GENERATION -> generation(size, variants);
      case SCALING -> scaling(size, variants);
    };
  }

  private static List<LoadId> kernels(Size size) {
    List<LoadId> loads = new ArrayList<>();
    List<String> products =
        pick(
            size,
            List.of(
                "256x256x256",
                "512x512x512",
                "1024x1024x1024",
                "2048x2048x2048",
                "8192x1024x256",
                "8192x256x1024",
                "8192x256x256"),
            List.of("256x256x256", "512x512x512"),
            List.of("8x8x8"));
    products.forEach(shape -> loads.add(new LoadId("matmul", "", shape)));
    List<String> many = List.of("64x128x128x32", "64x128x32x128");
    pick(size, many, many, List.of("2x4x4x4"))
        .forEach(shape -> loads.add(new LoadId("matmul-batched", "", shape)));
    // Of the full ones the first stay in a processor's second-level cache, the others do not.
    List<String> rows =
        pick(size, List.of("256x256", "8192x256"), List.of("1024x256"), List.of("4x8"));
    for (String name : ROWS) {
      rows.forEach(shape -> loads.add(new LoadId(name, "", shape)));
    }
    return loads;
  }

  private static List<List<LoadId>> attention(Size size, List<Variant> variants) {
    String sequences = pick(size, "4x8", "1x8", "1x2");
    List<Integer> lengths = pick(size, List.of(1024, 4096, 16384), List.of(256, 1024), List.of(5));
    List<Integer> dims = pick(size, List.of(32, 64), List.of(32), List.of(4));
    List<List<LoadId>> curves = new ArrayList<>();
    for (String benchmark : List.of("attention-forward", "attention-gradient")) {
      for (int dim : dims) {
        variants.forEach(variant -> curves.add(curve(benchmark, variant, sequences, lengths, dim)));
      }
    }
    return curves;
  }

  private static List<LoadId> training(Size size, List<Variant> variants) {
    List<String> shapes =
        pick(
            size,
            List.of("copy-quick:32x32", "copy-paper:64x128"),
            List.of("copy-quick:32x32"),
            List.of("tiny:2x6"));
    return ids("training-step", shapes, variants);
  }

  /** Single images of several lengths, as curves; and many at once. */
  private static List<List<LoadId>> generation(Size size, List<Variant> variants) {
    List<List<String>> images =
        pick(
            size,
            List.of(
                List.of(
                    "mnist-paper:1x98",
                    "mnist-paper:1x196",
                    "mnist-paper:1x392",
                    "mnist-paper:1x784"),
                List.of("cifar-paper:1x768", "cifar-paper:1x1536", "cifar-paper:1x3072")),
            List.of(List.of("mnist-quick:1x16", "mnist-quick:1x64")),
            List.of(List.of("tiny:1x3", "tiny:1x4")));
    List<List<LoadId>> curves = new ArrayList<>();
    for (List<String> shapes : images) {
      variants.forEach(variant -> curves.add(ids("generation", shapes, List.of(variant))));
      if (variants.contains(Variant.SOFTMAX)) {
        curves.add(ids("recomputed-pixel", shapes, List.of(Variant.SOFTMAX)));
      }
    }
    String many = pick(size, "mnist-paper:64x784", "mnist-quick:8x64", "tiny:2x4");
    curves.addAll(singles(ids("generation", List.of(many), variants)));
    return curves;
  }

  private static List<List<LoadId>> scaling(Size size, List<Variant> variants) {
    int doublings = pick(size, 10, 4, 0);
    int shortest = size == Size.TINY ? 4 : SHORTEST;
    List<Integer> lengths =
        IntStream.rangeClosed(0, doublings).mapToObj(doubling -> shortest << doubling).toList();
    return variants.stream()
        .map(variant -> curve("attention-forward", variant, "1x8", lengths, 32))
        .toList();
  }

  private static List<LoadId> curve(
      String benchmark, Variant variant, String sequences, List<Integer> lengths, int dim) {
    return lengths.stream()
        .map(length ->
            new LoadId(benchmark, variant.id(), "%sx%dx%d".formatted(sequences, length, dim)))
        .toList();
  }

  private static List<LoadId> ids(String benchmark, List<String> shapes, List<Variant> variants) {
    List<LoadId> loads = new ArrayList<>();
    for (String shape : shapes) {
      variants.forEach(variant -> loads.add(new LoadId(benchmark, variant.id(), shape)));
    }
    return loads;
  }

  private static List<List<LoadId>> singles(List<LoadId> loads) {
    return loads.stream().map(List::of).toList();
  }

  private static <T> T pick(Size size, T full, T quick, T tiny) {
    return switch (size) {
      case FULL -> full;
      case QUICK -> quick;
      case TINY -> tiny;
    };
  }
}
