package org.polyak.bench.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

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
        switch (size) {
          case FULL ->
              List.of(
                  "256x256x256",
                  "512x512x512",
                  "1024x1024x1024",
                  "2048x2048x2048",
                  "8192x1024x256",
                  "8192x256x1024",
                  "8192x256x256");
          case QUICK -> List.of("256x256x256", "512x512x512");
          case TINY -> List.of("8x8x8");
        };
    products.forEach(shape -> loads.add(new LoadId("matmul", "", shape)));
    List<String> batched =
        size == Size.TINY ? List.of("2x4x4x4") : List.of("64x128x128x32", "64x128x32x128");
    batched.forEach(shape -> loads.add(new LoadId("matmul-batched", "", shape)));
    List<String> rows =
        switch (size) {
          // The first stay in a processor's second-level cache, the others do not.
          case FULL -> List.of("256x256", "8192x256");
          case QUICK -> List.of("1024x256");
          case TINY -> List.of("4x8");
        };
    for (String name : ROWS) {
      rows.forEach(shape -> loads.add(new LoadId(name, "", shape)));
    }
    return loads;
  }

  private static List<List<LoadId>> attention(Size size, List<Variant> variants) {
    String sequences = pick(size, "4x8", "1x8", "1x2");
    List<Integer> lengths =
        switch (size) {
          case FULL -> List.of(1024, 4096, 16384);
          case QUICK -> List.of(256, 1024);
          case TINY -> List.of(5);
        };
    List<Integer> dims =
        switch (size) {
          case FULL -> List.of(32, 64);
          case QUICK -> List.of(32);
          case TINY -> List.of(4);
        };
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
        switch (size) {
          case FULL -> List.of("copy-quick:32x32", "copy-paper:64x128");
          case QUICK -> List.of("copy-quick:32x32");
          case TINY -> List.of("tiny:2x6");
        };
    return ids(List.of("training-step"), shapes, variants);
  }

  /** Single images of several lengths, as curves; and many at once. */
  private static List<List<LoadId>> generation(Size size, List<Variant> variants) {
    List<List<String>> images =
        switch (size) {
          case FULL ->
              List.of(
                  List.of(
                      "mnist-paper:1x98",
                      "mnist-paper:1x196",
                      "mnist-paper:1x392",
                      "mnist-paper:1x784"),
                  List.of("cifar-paper:1x768", "cifar-paper:1x1536", "cifar-paper:1x3072"));
          case QUICK -> List.of(List.of("mnist-quick:1x16", "mnist-quick:1x64"));
          case TINY -> List.of(List.of("tiny:1x3", "tiny:1x4"));
        };
    List<List<LoadId>> curves = new ArrayList<>();
    for (List<String> shapes : images) {
      variants.forEach(variant -> curves.add(ids(List.of("generation"), shapes, List.of(variant))));
      if (variants.contains(Variant.SOFTMAX)) {
        curves.add(ids(List.of("recomputed-pixel"), shapes, List.of(Variant.SOFTMAX)));
      }
    }
    String many = pick(size, "mnist-paper:64x784", "mnist-quick:8x64", "tiny:2x4");
    curves.addAll(singles(ids(List.of("generation"), List.of(many), variants)));
    return curves;
  }

  private static List<List<LoadId>> scaling(Size size, List<Variant> variants) {
    int doublings =
        switch (size) {
          case FULL -> 10;
          case QUICK -> 4;
          case TINY -> 0;
        };
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

  private static List<LoadId> ids(
      List<String> benchmarks, List<String> shapes, List<Variant> variants) {
    List<LoadId> loads = new ArrayList<>();
    for (String benchmark : benchmarks) {
      for (String shape : shapes) {
        variants.forEach(variant -> loads.add(new LoadId(benchmark, variant.id(), shape)));
      }
    }
    return loads;
  }

  private static List<List<LoadId>> singles(List<LoadId> loads) {
    return loads.stream().map(List::of).toList();
  }

  private static String pick(Size size, String full, String quick, String tiny) {
    return switch (size) {
      case FULL -> full;
      case QUICK -> quick;
      case TINY -> tiny;
    };
  }
}
