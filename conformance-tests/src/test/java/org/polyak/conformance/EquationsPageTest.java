package org.polyak.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.polyak.conformance.theory.HeavyBallTheoryTest;

/** Every class, method and test that {@code docs/equations.md} names exists. */
class EquationsPageTest {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final List<String> TEST_PACKAGES =
      List.of(
          "org.polyak.conformance",
          "org.polyak.conformance.oracle",
          "org.polyak.conformance.golden",
          "org.polyak.conformance.theory");

  private record Row(
      String equation,
      List<String> oracle,
      List<String> tests,
      List<String> nn,
      List<String> cases) {}

  @Test
  void everyOracleMethodOnThePageExists() throws IOException {
    for (Row row : rows()) {
      assertThat(row.oracle()).as("oracle column of '%s'", row.equation()).isNotEmpty();
      for (String name : row.oracle()) {
        assertExists(name, List.of("org.polyak.conformance.oracle"), row);
      }
    }
  }

  @Test
  void everyTestOnThePageExistsAndIsATest() throws IOException {
    for (Row row : rows()) {
      assertThat(row.tests()).as("test column of '%s'", row.equation()).isNotEmpty();
      for (String name : row.tests()) {
        List<Method> methods = assertExists(name, TEST_PACKAGES, row);
        assertThat(methods)
            .as("'%s' in the row of '%s' has tests", name, row.equation())
            .anyMatch(method ->
                method.isAnnotationPresent(Test.class)
                    || method.isAnnotationPresent(TestFactory.class));
      }
    }
  }

  @Test
  void everyModelClassOnThePageExists() throws IOException {
    for (Row row : rows()) {
      for (String name : row.nn()) {
        assertExists(name, List.of("org.polyak.nn"), row);
      }
    }
  }

  @Test
  void everyTheoryTestIsOnThePage() throws IOException {
    Set<String> named = new HashSet<>();
    for (Row row : rows()) {
      named.addAll(row.tests());
    }
    for (Method method : HeavyBallTheoryTest.class.getDeclaredMethods()) {
      if (method.isAnnotationPresent(Test.class)) {
        assertThat(named).contains("HeavyBallTheoryTest#" + method.getName());
      }
    }
  }

  @Test
  void everyFamilyOfCasesOnThePageExists() throws IOException {
    Set<String> families = families();
    for (Row row : rows()) {
      for (String family : row.cases()) {
        assertThat(families.contains(family) || family.matches("GOLD-\\d\\d"))
            .as("'%s', named in the row of '%s', is a family of cases", family, row.equation())
            .isTrue();
      }
    }
  }

  @Test
  void everyFamilyOfCasesThatChecksAnEquationIsOnThePage() throws IOException {
    Set<String> named = new HashSet<>();
    for (Row row : rows()) {
      named.addAll(row.cases());
    }
    assertThat(
            families().stream()
                .filter(family -> family.startsWith("ATT-") || family.startsWith("ID-")))
        .isSubsetOf(named);
  }

  private static Set<String> families() {
    Set<String> families = new HashSet<>();
    for (ConformanceCase one : Catalogue.cases()) {
      families.add(one.id().substring(0, one.id().lastIndexOf('-')));
    }
    return families;
  }

  private static List<Method> assertExists(String name, List<String> packages, Row row) {
    String[] parts = name.split("#", -1);
    List<Method> found = new ArrayList<>();
    boolean classFound = false;
    for (String prefix : packages) {
      try {
        Class<?> type = Class.forName(prefix + "." + binaryName(parts[0]));
        classFound = true;
        Arrays.stream(type.getDeclaredMethods())
            .filter(method -> parts.length == 1 || method.getName().equals(parts[1]))
            .forEach(found::add);
      } catch (ClassNotFoundException e) {
        // Looked for in the next package; the assertion below reports a class found nowhere.
      }
    }
    assertThat(classFound)
        .as("class of '%s', named in the row of '%s', in %s", name, row.equation(), packages)
        .isTrue();
    assertThat(found).as("'%s', named in the row of '%s'", name, row.equation()).isNotEmpty();
    return found;
  }

  /** {@code Optimiser.Adam} becomes {@code Optimiser$Adam}; lower-case parts are packages. */
  private static String binaryName(String name) {
    return name.replaceAll("(\\p{Upper}\\w*)\\.(?=\\p{Upper})", "$1\\$");
  }

  private static List<Row> rows() throws IOException {
    Path page = Path.of(System.getProperty("basedir", "."), "..", "docs", "equations.md");
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(page)) {
      if (line.startsWith("| ") && !line.startsWith("| Equation")) {
        String[] cells = line.split("\\|", -1);
        assertThat(cells).as("cells of the row '%s'", line).hasSize(7);
        rows.add(
            new Row(
                cells[1].strip(), code(cells[2]), code(cells[3]), code(cells[4]), code(cells[5])));
      }
    }
    assertThat(rows).as("rows of %s", page).hasSizeGreaterThan(30);
    return rows;
  }

  private static List<String> code(String cell) {
    return CODE.matcher(cell).results().map((MatchResult match) -> match.group(1)).toList();
  }
}
