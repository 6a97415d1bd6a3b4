package org.polyak.bench.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.load.Loads;
import org.polyak.bench.load.Suite;
import org.polyak.bench.measure.BackendSubject;
import org.polyak.bench.measure.ChildProcess;
import org.polyak.bench.measure.Commit;
import org.polyak.bench.measure.JmhException;
import org.polyak.bench.measure.PeerSubject;
import org.polyak.bench.measure.Subject;
import org.polyak.bench.measure.Survey;
import org.polyak.bench.peer.PeerFolder;
import org.polyak.bench.report.ReportFolder;
import org.polyak.bench.result.Contender;
import org.polyak.bench.result.Point;
import org.polyak.bench.result.RunRecord;
import org.polyak.conformance.Findings;
import org.polyak.conformance.Gate;
import org.polyak.conformance.NotConformantException;
import org.polyak.conformance.certificate.Machine;
import org.polyak.nn.session.BackendSelectionException;
import org.polyak.nn.session.Session;
import org.polyak.spi.BackendInfo;

/** One run of a suite from request to report: gate, measurements, files. */
final class BenchRun {
  private final BenchRequest request;
  private final InstantSource clock;

  BenchRun(BenchRequest request, InstantSource clock) {
    this.request = request;
    this.clock = clock;
  }

  /**
   * Measures and writes.
   *
   * @param progress hears of each measurement
   * @param out gets the summary
   * @throws BenchException for what the user can mend; nothing is written then
   */
  BenchExit run(Progress progress, PrintWriter out) {
    ReportFolder folder = ReportFolder.at(request.folder());
    Instant start = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    long begin = System.nanoTime();
    List<List<LoadId>> curves = request.curves();
    List<PeerFolder.Found> found = request.peers().find();
    Passed passed = pass(gate(curves), progress);
    int threads = threads(passed.backend());
    List<PeerSubject> peers =
        found.stream()
            .map(peer -> new PeerSubject(peer, threads, request.effort()))
            .filter(peer ->
                request.peers().ids().contains(peer.contender().id())
                    || curves.stream().flatMap(List::stream).anyMatch(peer::runs))
            .toList();
    Contender ours = new Contender(Contender.Kind.BACKEND, passed.backend().id(), program());
    List<Subject> subjects = new ArrayList<>();
    subjects.add(new BackendSubject(ours, request.backend(), request.effort()));
    subjects.addAll(peers);
    int rounds = Math.max(1, request.effort().rounds());
    progress.expect(measurements(subjects, curves) * rounds);
    Survey survey = new Survey(subjects, rounds, request.limit(), progress);
    List<Point> points;
    try {
      points = survey.run(curves);
    } catch (JmhException e) {
      throw new BenchException(BenchExit.RUN_FAILED, e.getMessage(), e);
    } finally {
      progress.end();
    }
    RunRecord run =
        new RunRecord(
            request.suite().id(),
            start.toString(),
            (System.nanoTime() - begin) * 1e-9,
            request.command(),
            program(),
            Commit.current(),
            Machine.running(),
            ChildProcess.arguments(),
            passed.backend(),
            peers.stream()
                .map(peer -> new RunRecord.Library(peer.contender(), threads, peer.description()))
                .toList(),
            settings(),
            passed.gate(),
            points,
            survey.notes());
    folder.write(run);
    run.notes().forEach(out::println);
    out.println("Report: " + folder.page());
    out.flush();
    return points.stream().allMatch(Point::succeeded) ? BenchExit.OK : BenchExit.RUN_FAILED;
  }

  private static int measurements(List<Subject> subjects, List<List<LoadId>> curves) {
    return Math.toIntExact(
        curves.stream()
            .flatMap(List::stream)
            .mapToLong(load -> subjects.stream().filter(subject -> subject.runs(load)).count())
            .sum());
  }

  /** As many for peers as for ours; where ours computes on a device, all processors. */
  private static int threads(RunRecord.Device backend) {
    return backend.threads() > 0 ? backend.threads() : Runtime.getRuntime().availableProcessors();
  }

  private static List<String> gate(List<List<LoadId>> curves) {
    return curves.stream()
        .flatMap(List::stream)
        .flatMap(load -> Loads.of(load).gate().stream())
        .distinct()
        .sorted()
        .toList();
  }

  /** Opens the backend in this process, holds it to the cases, and closes it again. */
  private Passed pass(List<String> prefixes, Progress progress) {
    try (Session session = open()) {
      progress.line("Gate: the conformance cases %s".formatted(String.join(", ", prefixes)));
      Findings findings = Gate.require(session.backend(), prefixes.toArray(String[]::new));
      BackendInfo info = session.backend().info();
      return new Passed(
          new RunRecord.Device(
              info.backend(),
              request.backend().origin(),
              info.device(),
              info.driver(),
              info.precision(),
              info.threads(),
              request.backend().options(),
              info.details()),
          new RunRecord.Gate(prefixes, findings.results().size()));
    } catch (NotConformantException e) {
      throw new BenchException(BenchExit.RUN_FAILED, e.getMessage(), e);
    }
  }

  private Session open() {
    try {
      return request.backend().open();
    } catch (BackendSelectionException e) {
      throw new BenchException(BenchExit.BACKEND_UNAVAILABLE, e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new BenchException(
          BenchExit.USAGE,
          "The backend refuses its settings %s: %s Change --option."
              .formatted(request.backend().options(), e.getMessage()),
          e);
    }
  }

  private Map<String, String> settings() {
    return Map.of(
        "size", request.size().name().toLowerCase(Locale.ROOT),
        "rounds", String.valueOf(request.effort().rounds()),
        "warmups", String.valueOf(request.effort().warmups()),
        "iterations", String.valueOf(request.effort().iterations()),
        "iteration-milliseconds", String.valueOf(request.effort().iteration().toMillis()),
        "limit-seconds", String.valueOf(request.limit().toSeconds()));
  }

  /** The version of Polyak, from the module or else the jar; plain class files have none. */
  static String program() {
    Class<?> here = Suite.class;
    return Optional.ofNullable(here.getModule().getDescriptor())
        .flatMap(descriptor -> descriptor.rawVersion())
        .or(() -> Optional.ofNullable(here.getPackage().getImplementationVersion()))
        .orElse("development");
  }

  private record Passed(RunRecord.Device backend, RunRecord.Gate gate) {}
}
