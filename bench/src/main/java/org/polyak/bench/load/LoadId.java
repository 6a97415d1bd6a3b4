package org.polyak.bench.load;

/**
 * The name of a load, which finds it again in another process and in another run.
 *
 * @param benchmark for example {@code matmul}
 * @param variant of attention, for example {@code momentum}; empty where there is none
 * @param shape for example {@code 256x256x256}, in the benchmark's own notation
 */
public record LoadId(String benchmark, String variant, String shape) {
  @Override
  public String toString() {
    return variant.isEmpty()
        ? benchmark + " " + shape
        : "%s %s %s".formatted(benchmark, variant, shape);
  }
}
