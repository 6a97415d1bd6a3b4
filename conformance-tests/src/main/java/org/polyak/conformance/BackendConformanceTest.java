package org.polyak.conformance;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.polyak.conformance.golden.GoldenCases;
import org.polyak.conformance.golden.GoldenDirectory;
import org.polyak.spi.Backend;

/**
 * The conformance suite for JUnit 5. A backend's whole test class is
 *
 * <pre>{@code
 * class AcmeConformanceTest extends BackendConformanceTest {
 *   @Override protected Backend open() { return new AcmeProvider().open(BackendOptions.DEFAULTS); }
 * }
 * }</pre>
 *
 * Every case of the {@link Catalogue} is one test, named by its id; so is every golden file. The
 * last test of each is red unless all of them ran. {@code -Dpolyak.case=ID} runs one case, to look
 * into it; as such a run is not complete, its last test is red too.
 */
public abstract class BackendConformanceTest {
  /** The system property that limits a run to the cases whose ids begin with its value. */
  public static final String CASE_PROPERTY = "polyak.case";

  /** For subclasses. */
  protected BackendConformanceTest() {}

  /** Opens the backend under test. It is closed when the suite is done. */
  protected abstract Backend open();

  /** The suite, by chapter. */
  @TestFactory
  Stream<DynamicNode> conformance() {
    Backend backend = open();
    List<ConformanceCase> catalogue = Catalogue.cases();
    Report report = new Report(catalogue);
    List<DynamicNode> nodes = new ArrayList<>(containers(catalogue, backend, report));
    nodes.add(dynamicTest("every case of the catalogue ran", report::complete));
    return nodes.stream().onClose(() -> finish(backend, report));
  }

  /**
   * The golden vectors, when {@code -Dpolyak.golden} names their directory. Without them a run says
   * so; with {@code -Dpolyak.golden.required=true} it fails.
   */
  @TestFactory
  Stream<DynamicNode> golden() {
    Optional<GoldenDirectory> directory = GoldenDirectory.find();
    if (directory.isEmpty()) {
      System.out.println(getClass().getSimpleName() + ": " + GoldenDirectory.absence());
      return Stream.empty();
    }
    Backend backend = open();
    List<ConformanceCase> cases = GoldenCases.cases(directory.get());
    Report report = new Report(cases);
    List<DynamicNode> nodes = new ArrayList<>(containers(cases, backend, report));
    nodes.add(dynamicTest("every golden file was replayed", report::complete));
    return nodes.stream().onClose(() -> finish(backend, report));
  }

  private List<DynamicContainer> containers(
      List<ConformanceCase> cases, Backend backend, Report report) {
    List<DynamicContainer> containers = new ArrayList<>();
    for (Chapter chapter : Chapter.values()) {
      List<DynamicTest> tests =
          cases.stream()
              .filter(one -> one.chapter() == chapter && wanted(one))
              .map(one -> test(one, backend, report))
              .toList();
      if (!tests.isEmpty()) {
        containers.add(dynamicContainer(chapter.title(), tests));
      }
    }
    return containers;
  }

  private void finish(Backend backend, Report report) {
    System.out.print(report.summary(getClass().getSimpleName()));
    backend.close();
  }

  private DynamicTest test(ConformanceCase one, Backend backend, Report report) {
    return dynamicTest(
        one.toString(),
        () -> {
          Verdict verdict = one.run(new CaseContext(backend, this::rerunCommand));
          report.add(one, verdict);
          if (!verdict.passed()) {
            String message = verdict.message() + "\n  definition: " + one.definition();
            Assertions.fail(message, verdict.cause());
          }
        });
  }

  private String rerunCommand(String id) {
    return "mvn test -Dtest=%s -D%s=%s".formatted(getClass().getSimpleName(), CASE_PROPERTY, id);
  }

  private static boolean wanted(ConformanceCase one) {
    return one.id().startsWith(System.getProperty(CASE_PROPERTY, ""));
  }

  /** Which cases ran, and how close to their bounds. */
  private static final class Report {
    private final Set<String> missing = new TreeSet<>();
    private final int total;
    private final Map<Chapter, List<Verdict>> verdicts = new EnumMap<>(Chapter.class);
    private final Set<String> executions = new LinkedHashSet<>();

    Report(List<ConformanceCase> catalogue) {
      catalogue.forEach(one -> missing.add(one.id()));
      total = catalogue.size();
    }

    void add(ConformanceCase one, Verdict verdict) {
      missing.remove(one.id());
      verdicts.computeIfAbsent(one.chapter(), none -> new ArrayList<>()).add(verdict);
      verdict.execution().forEach((name, how) -> executions.add(name + ": " + how));
    }

    void complete() {
      Assertions.assertTrue(
          missing.isEmpty(),
          () ->
              "Not a complete run: %d of %d cases did not run, among them %s."
                  .formatted(missing.size(), total, missing.stream().limit(5).toList()));
    }

    String summary(String name) {
      StringBuilder text = new StringBuilder();
      text.append("%s: %d of %d cases%n".formatted(name, total - missing.size(), total));
      verdicts.forEach((chapter, all) -> text.append(line(chapter, all)));
      executions.stream().sorted().forEach(how -> text.append("  ").append(how).append('\n'));
      return text.toString();
    }

    private static String line(Chapter chapter, List<Verdict> verdicts) {
      Verdict tightest = Collections.max(verdicts, Comparator.comparingDouble(Verdict::headroom));
      return "  %-10s %4d cases, worst headroom %.3f in %s%n"
          .formatted(chapter.title(), verdicts.size(), tightest.headroom(), tightest.caseId());
    }
  }
}
