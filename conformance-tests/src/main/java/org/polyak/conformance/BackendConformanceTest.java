package org.polyak.conformance;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
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
 * Every case of the {@link Catalogue} is one test, named by its id; so is every golden file whose
 * operation is known. A {@link Level#SHOULD} case that fails is aborted with its reason rather than
 * red. The last test of each is red unless all of them ran. {@code -Dpolyak.case=ID} runs one case,
 * to look into it; as such a run is not complete, its last test is red too.
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
    return tests(open(), Catalogue.cases(), "every case of the catalogue ran");
  }

  /**
   * The golden vectors, when {@code -Dpolyak.golden} names their directory. Without them a run says
   * so; with {@code -Dpolyak.golden.required=true} it fails. A backend with products of fewer bits
   * than float32 has none.
   */
  @TestFactory
  Stream<DynamicNode> golden() {
    Optional<GoldenDirectory> directory = GoldenDirectory.find();
    if (directory.isEmpty()) {
      return without(GoldenDirectory.absence());
    }
    Backend backend = open();
    Precision precision = Precision.of(backend.info().precision());
    List<ConformanceCase> cases = GoldenCases.read(directory.get(), precision).backend();
    if (cases.isEmpty()) {
      backend.close();
      return without("No golden vectors for precision %s.".formatted(precision.id()));
    }
    return tests(backend, cases, "every golden file was replayed");
  }

  private Stream<DynamicNode> without(String reason) {
    System.out.println(getClass().getSimpleName() + ": " + reason);
    return Stream.empty();
  }

  private Stream<DynamicNode> tests(
      Backend backend, List<ConformanceCase> cases, String completeness) {
    SuiteRun run = new SuiteRun(backend, cases, this::rerunCommand);
    List<DynamicNode> nodes = new ArrayList<>(containers(cases, run));
    nodes.add(dynamicTest(completeness, () -> requireComplete(run.findings())));
    return nodes.stream().onClose(() -> finish(backend, run.findings()));
  }

  private static List<DynamicContainer> containers(List<ConformanceCase> cases, SuiteRun run) {
    List<DynamicContainer> containers = new ArrayList<>();
    for (Chapter chapter : Chapter.values()) {
      List<DynamicTest> tests =
          cases.stream()
              .filter(one -> one.chapter() == chapter && wanted(one))
              .map(one -> dynamicTest(one.toString(), () -> judge(run.run(one))))
              .toList();
      if (!tests.isEmpty()) {
        containers.add(dynamicContainer(chapter.title(), tests));
      }
    }
    return containers;
  }

  private static void judge(CaseResult result) {
    Verdict verdict = result.verdict();
    if (!verdict.passed()) {
      String message = verdict.message() + "\n  definition: " + result.subject().definition();
      if (result.refuses()) {
        Assertions.fail(message, verdict.cause());
      } else {
        Assumptions.abort(message);
      }
    }
  }

  private static void requireComplete(Findings findings) {
    Assertions.assertTrue(
        findings.complete(), () -> "Not a complete run: " + findings.missingSentence());
  }

  private void finish(Backend backend, Findings findings) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s: %d of %d cases%n"
            .formatted(getClass().getSimpleName(), findings.results().size(), findings.total()));
    findings.chapters().forEach(chapter -> text.append("  %s%n".formatted(chapter.line())));
    Set<String> executions = new LinkedHashSet<>();
    for (CaseResult result : findings.results()) {
      result.verdict().execution().forEach((name, how) -> executions.add(name + ": " + how));
    }
    executions.stream().sorted().forEach(how -> text.append("  %s%n".formatted(how)));
    System.out.print(text);
    backend.close();
  }

  private String rerunCommand(String id) {
    return "mvn test -Dtest=%s -D%s=%s".formatted(getClass().getSimpleName(), CASE_PROPERTY, id);
  }

  private static boolean wanted(ConformanceCase one) {
    return one.id().startsWith(System.getProperty(CASE_PROPERTY, ""));
  }
}
