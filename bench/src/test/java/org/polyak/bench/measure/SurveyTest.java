package org.polyak.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.load.Suite;
import org.polyak.bench.load.Variant;
import org.polyak.bench.result.Contender;
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
        .contains("softmax 1x8x2048x32 by ours", "about 6 s", "--limit");
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
  void peersAreMeasuredInTurnAndEndTheirOwnCurves() {
    Fake ours = new Fake(Contender.Kind.BACKEND, "ours", load -> true, load -> times(0.001));
    Fake slow =
        new Fake(
            Contender.Kind.PEER,
            "slow",
            load -> load.variant().equals("linear"),
            load -> times(load.shape().contains("x256x") ? 1 : 99));
    Survey survey = survey(2, List.of(ours, slow));
    List<Point> points = survey.run(CURVES.subList(1, 2));
    assertThat(points).filteredOn(point -> point.by().equals(ours.contender())).hasSize(5);
    assertThat(points)
        .filteredOn(point -> point.by().equals(slow.contender()))
        .singleElement()
        .matches(point -> point.load().shape().equals("1x8x256x32") && point.seconds().size() == 2);
    assertThat(order.subList(0, 3))
        .containsExactly(
            "attention-forward linear 1x8x256x32 by ours",
            "attention-forward linear 1x8x256x32 by slow",
            "attention-forward linear 1x8x512x32 by ours");
    assertThat(survey.notes())
        .singleElement()
        .asString()
        .contains("linear 1x8x512x32 by slow", "about 4 s");
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
    return survey(rounds, List.of(new Fake(Contender.Kind.BACKEND, "ours", load -> true, measure)));
  }

  private Survey survey(int rounds, List<Subject> subjects) {
    return new Survey(
        subjects,
        rounds,
        Duration.ofSeconds(2),
        new Survey.Listener() {
          @Override
          public void starting(LoadId load, Contender by, int round) {
            order.add(load + " by " + by);
          }

          @Override
          public void finished(Point point) {}
        });
  }

  private static Measured times(double seconds) {
    return new Measured.Times(List.of(seconds), 1000, 10, 0);
  }

  private record Fake(
      Contender.Kind kind, String id, Predicate<LoadId> able, Function<LoadId, Measured> found)
      implements Subject {
    @Override
    public Contender contender() {
      return new Contender(kind, id, "1");
    }

    @Override
    public boolean runs(LoadId load) {
      return able.test(load);
    }

    @Override
    public Measured measure(LoadId load) {
      return found.apply(load);
    }
  }
}
