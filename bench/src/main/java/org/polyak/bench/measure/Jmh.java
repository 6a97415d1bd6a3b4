package org.polyak.bench.measure;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.result.Spread;

/** Measures one load at a time, with JMH. */
final class Jmh {
  private static final String ALLOCATION = "gc.alloc.rate.norm";
  private static final String PEAK = "peakBytes";
  private static final String DIFFERENCE = "difference";

  private final Class<?> benchmark;
  private final Effort effort;
  private final List<String> arguments;

  /**
   * For loads of one kind of benchmark.
   *
   * @param benchmark a class with a JMH benchmark {@code run}
   * @param effort how long
   * @param arguments of the measuring process's virtual machine
   */
  Jmh(Class<?> benchmark, Effort effort, List<String> arguments) {
    this.benchmark = benchmark;
    this.effort = effort;
    this.arguments = List.copyOf(arguments);
  }

  /**
   * Measures a load, in a process of its own unless the effort says otherwise.
   *
   * @param parameters of the benchmark, beside those that name the load
   * @throws JmhException when JMH itself cannot run, for example beside another JMH
   */
  Measured measure(Map<String, String> parameters, LoadId load) {
    ChainedOptionsBuilder builder =
        new OptionsBuilder()
            .include(benchmark.getName().replace(".", "\\.") + "\\.run$")
            .param("benchmark", load.benchmark())
            .param("variant", load.variant())
            .param("shape", load.shape())
            .forks(Math.min(effort.rounds(), 1))
            .warmupIterations(effort.warmups())
            .warmupTime(time())
            .measurementIterations(effort.iterations())
            .measurementTime(time())
            .addProfiler(GCProfiler.class);
    parameters.forEach(builder::param);
    if (effort.rounds() > 0) {
      builder.jvmArgs(arguments.toArray(String[]::new));
    }
    Transcript transcript = new Transcript();
    try {
      return result(new Runner(builder.build(), transcript).run(), transcript);
    } catch (RunnerException e) {
      throw new JmhException(
          "JMH, which measures, cannot start: "
              + String.valueOf(e.getMessage()).replaceFirst("^ERROR: ", ""),
          e);
    }
  }

  private TimeValue time() {
    return TimeValue.milliseconds(effort.iteration().toMillis());
  }

  private static Measured result(Collection<RunResult> results, Transcript transcript) {
    List<IterationResult> iterations =
        results.stream()
            .flatMap(result -> result.getBenchmarkResults().stream())
            .map(BenchmarkResult::getIterationResults)
            .flatMap(Collection::stream)
            .toList();
    if (iterations.isEmpty()) {
      return new Measured.Failure(transcript.failure());
    }
    return new Measured.Times(
        iterations.stream().map(one -> one.getPrimaryResult().getScore()).toList(),
        scores(iterations, PEAK).stream().mapToLong(Double::longValue).max().orElse(0),
        scores(iterations, ALLOCATION).stream().min(Double::compare).orElse(0.0),
        median(scores(iterations, DIFFERENCE)));
  }

  /** What the iterations that know it say. */
  @SuppressWarnings("rawtypes") // JMH's own signature
  private static List<Double> scores(List<IterationResult> iterations, String name) {
    return iterations.stream()
        .map(IterationResult::getSecondaryResults)
        .map(Map::entrySet)
        .flatMap(Collection::stream)
        .filter(entry -> entry.getKey().endsWith(name))
        .map(Map.Entry::getValue)
        .map(Result::getScore)
        .filter(Double::isFinite)
        .toList();
  }

  private static double median(List<Double> values) {
    return values.isEmpty() ? 0 : Spread.of(values).median();
  }
}
