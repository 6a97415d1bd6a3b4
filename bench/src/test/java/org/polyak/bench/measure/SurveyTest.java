package org.polyak.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.load.Suite;
import org.polyak.bench.load.Variant;
import org.polyak.bench.result.Point;

/** The order of measurements, and where curves end. */
class SurveyTest {
  private static final List<List<LoadId>> CURVES =
      Suite.SCALING.curves(Suite.Size.QUICK, List.of(Variant.SOFTMAX, Variant.LINEAR));

  private final List<String> order = new ArrayList<>();

  @Test
  void eachRoundMeasuresEveryLoadBeforeTheNextBegins() {
    Survey survey = survey(2, load -> times(0.001));
    List<Point> points = survey.run(CURVES);
    assertThat(points).hasSize(10).allMatch(point -> point.seconds().size() == 2);
    assertThat(order.subList(0, 10)).isEqualTo(order.subList(10, 20)).doesNotHaveDuplicates();
    assertThat(survey.notes()).isEmpty();
  }

  @Test
  void aCurveEndsBeforeALoadThatWouldTakeTooLong() {
    Map<String, Double> quadratic =
        Map.of("1x8x256x32", 0.1, "1x8x512x32", 0.4, "1x8x1024x32", 1.6);
    Survey survey =
        survey(
            2,
            load ->
                times(
                    load.variant().equals("linear")
                        ? 0.001
                        : quadratic.getOrDefault(load.shape(), 99.0)));
    List<Point> points = survey.run(CURVES);
    assertThat(points).filteredOn(point -> point.load().variant().equals("softmax")).hasSize(3);
    assertThat(points).filteredOn(point -> point.load().variant().equals("linear")).hasSize(5);
    assertThat(survey.notes())
        .singleElement()
        .asString()
        .contains("softmax 1x8x2048x32", "about 6 s", "--limit");
  }

  /** From 256 to 1024 tokens the square of the work is 16 times as much. */
  @Test
  void theFirstStepIsForeseenFromTheSquareOfTheWork() {
    List<List<LoadId>> attention =
        Suite.ATTENTION.curves(Suite.Size.QUICK, List.of(Variant.SOFTMAX));
    Survey survey = survey(1, load -> times(0.15));
    assertThat(survey.run(attention))
        .extracting(point -> point.load().shape())
        .containsOnly("1x8x256x32");
    assertThat(survey.notes()).hasSize(2).allMatch(note -> note.contains("about 2 s"));
  }

  @Test
  void aCurveEndsWhereALoadFailsAndThePointSaysWhy() {
    Survey survey =
        survey(
            2,
            load ->
                load.shape().equals("1x8x512x32")
                    ? new Measured.Failure("the device is full")
                    : times(0.001));
    List<Point> points = survey.run(CURVES);
    assertThat(points).hasSize(4);
    assertThat(points)
        .filteredOn(point -> !point.succeeded())
        .hasSize(2)
        .allMatch(point -> point.failure().equals("the device is full"));
  }

  private Survey survey(int rounds, Function<LoadId, Measured> measure) {
    return new Survey(
        measure,
        rounds,
        Duration.ofSeconds(2),
        new Survey.Listener() {
          @Override
          public void starting(LoadId load, int round) {
            order.add(load.toString());
          }

          @Override
          public void finished(Point point) {}
        });
  }

  private static Measured times(double seconds) {
    return new Measured.Times(List.of(seconds), 1000, 10);
  }
}
