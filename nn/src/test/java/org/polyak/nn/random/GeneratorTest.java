package org.polyak.nn.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Expected numbers were computed by a separate program from the published definitions. */
class GeneratorTest {
  @Test
  void stepsAreThePublishedXoshiro256PlusPlusVector() {
    Generator generator = Generator.ofState(new long[] {0, 1, 2, 3, 4});

    assertThat(LongStream.generate(generator::nextLong).limit(10).toArray())
        .containsExactly(
            41943041L,
            58720359L,
            3588806011781223L,
            3591011842654386L,
            Long.parseUnsignedLong("9228616714210784205"),
            Long.parseUnsignedLong("9973669472204895162"),
            Long.parseUnsignedLong("14011001112246962877"),
            Long.parseUnsignedLong("12406186145184390807"),
            Long.parseUnsignedLong("15849039046786891736"),
            Long.parseUnsignedLong("10450023813501588000"));
  }

  @Test
  void seedIsExpandedByThePublishedSplitMix64Vector() {
    assertThat(Generator.ofSeed(1234567).state())
        .containsExactly(
            1234567L,
            6457827717110365317L,
            3203168211198807973L,
            Long.parseUnsignedLong("9817491932198370423"),
            4593380528125082431L);
  }

  @Test
  void seedFixesEveryKindOfValue() {
    assertThat(Generator.ofSeed(42).nextLong()).isEqualTo(0xd0764d4f4476689fL);
    assertThat(Generator.ofSeed(42).nextInt()).isEqualTo(0xd0764d4f);
    assertThat(Generator.ofSeed(42).nextFloat()).isEqualTo(0.8143051f);
    Generator doubles = Generator.ofSeed(42);
    assertThat(DoubleStream.generate(doubles::nextDouble).limit(3).toArray())
        .containsExactly(0.8143051451229099, 0.3188210400616611, 0.9838941681774888);
    Generator gaussians = Generator.ofSeed(42);
    double oneUlp = Math.ulp(1.0);
    assertThat(gaussians.nextGaussian()).isCloseTo(-0.7689930538210061, within(oneUlp));
    assertThat(gaussians.nextGaussian()).isCloseTo(-0.8684461074702454, within(oneUlp));
    assertThat(gaussians.nextGaussian()).isCloseTo(-1.5109749830006707, within(2 * oneUlp));
    Generator bounded = Generator.ofSeed(42);
    assertThat(IntStream.generate(() -> bounded.nextInt(10)).limit(12).toArray())
        .containsExactly(8, 3, 9, 7, 7, 5, 1, 6, 2, 9, 5, 8);
    assertThat(Generator.ofSeed(42).permutation(8)).containsExactly(7, 0, 1, 4, 3, 5, 2, 6);
  }

  @Test
  void labelledStreamsAreFixedAndDoNotDependOnDraws() {
    Generator root = Generator.ofSeed(42);
    assertThat(root.split("parameters").nextLong()).isEqualTo(0x5a7b3217e71383c1L);

    root.nextLong();
    Generator parameters = root.split("parameters");
    assertThat(parameters.nextLong()).isEqualTo(0x5a7b3217e71383c1L);
    assertThat(parameters.nextLong()).isEqualTo(0x317d1b33bfb12bf0L);
    assertThat(root.split("dropout").nextLong()).isNotEqualTo(0x5a7b3217e71383c1L);
  }

  @Test
  void stateGoesOnWhereItWasTaken() {
    Generator original = Generator.ofSeed(7).split("data");
    original.nextGaussian();
    Generator restored = Generator.ofState(original.state());

    assertThat(restored.uniform(100, -1, 1)).containsExactly(original.uniform(100, -1, 1));
    assertThat(restored.split("x").nextLong()).isEqualTo(original.split("x").nextLong());
  }

  @Test
  void stateOfAnotherShapeIsRefused() {
    assertThatThrownBy(() -> Generator.ofState(new long[4]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 4 numbers");
    assertThatThrownBy(() -> Generator.ofState(new long[5]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void boundedIntegersAreUnbiased() {
    int bound = 3 << 29; // A modulus would draw the lowest third with probability 3/8.
    Generator generator = Generator.ofSeed(1);
    int draws = 30_000;
    long low =
        IntStream.generate(() -> generator.nextInt(bound))
            .limit(draws)
            .filter(x -> x < 1 << 29)
            .count();

    // A binomial count with p = 1/3 deviates by more than five standard deviations once in 10⁶.
    double deviation = Math.sqrt(draws * (1.0 / 3) * (2.0 / 3));
    assertThat((double) low).isCloseTo(draws / 3.0, within(5 * deviation));
  }

  @Test
  void boundsAreChecked() {
    Generator generator = Generator.ofSeed(1);
    assertThatThrownBy(() -> generator.nextInt(0)).hasMessageContaining("positive");
    assertThatThrownBy(() -> generator.nextInt(5, 5)).hasMessageContaining("empty");
    assertThatThrownBy(() -> generator.nextInt(Integer.MIN_VALUE, Integer.MAX_VALUE))
        .hasMessageContaining("too wide");
    assertThat(IntStream.generate(() -> generator.nextInt(-3, 2)).limit(200).boxed())
        .containsOnly(-3, -2, -1, 0, 1);
  }

  @Test
  void gaussiansHaveMeanAndDeviation() {
    int count = 40_000;
    float[] values = Generator.ofSeed(3).gaussian(count, 2, 0.5);
    double mean = IntStream.range(0, count).mapToDouble(i -> values[i]).average().orElseThrow();
    double variance =
        IntStream.range(0, count)
            .mapToDouble(i -> (values[i] - mean) * (values[i] - mean))
            .average()
            .orElseThrow();

    assertThat(mean).isCloseTo(2, within(5 * 0.5 / Math.sqrt(count)));
    assertThat(variance).isCloseTo(0.25, within(5 * 0.25 * Math.sqrt(2.0 / count)));
  }

  @Test
  void shufflingKeepsTheElements() {
    int[] values = Generator.ofSeed(9).permutation(1000);
    assertThat(values).isNotEqualTo(IntStream.range(0, 1000).toArray());
    Arrays.sort(values);
    assertThat(values).containsExactly(IntStream.range(0, 1000).toArray());
  }
}
