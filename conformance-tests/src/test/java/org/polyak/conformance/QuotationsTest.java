package org.polyak.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.polyak.spi.Kernels;

/** What README and tutorial quote from {@code docs/examples} is what stands there. */
class QuotationsTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");
  private static final Path EXAMPLES = ROOT.resolve("docs/examples");
  private static final Path TUTORIAL = ROOT.resolve("docs/add-a-backend.md");
  private static final Path README = ROOT.resolve("README.md");

  /** Code that only an example can vouch for; commands are another matter. */
  private static final Set<String> QUOTED = Set.of("java", "xml", "text");

  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w+)\n(.*?)^```$");

  private record Block(String language, List<String> lines) {}

  @Test
  void theTutorialQuotesTheHeapBackend() throws IOException {
    assertQuoted(TUTORIAL, EXAMPLES.resolve("heap-backend"), 10);
  }

  @Test
  void theReadmeQuotesTheWholeProgram() throws IOException {
    Path embedding = EXAMPLES.resolve("embedding");
    assertQuoted(README, embedding, 2);
    String program =
        Files.readString(embedding.resolve("src/main/java/com/example/counting/Counting.java"));
    List<String> fromDocumentation = program.substring(program.indexOf("/**")).lines().toList();
    assertThat(blocks(README).stream().filter(block -> block.language().equals("java")))
        .extracting(Block::lines)
        .containsExactly(fromDocumentation);
  }

  @Test
  void theTutorialSaysHowManyLinesItTook() throws IOException {
    long lines = 0;
    for (Path file : files(EXAMPLES.resolve("heap-backend/src/main/java"))) {
      lines += Files.readAllLines(file).size();
    }
    assertThat(Files.readString(TUTORIAL)).contains("It took %d lines".formatted(lines));
  }

  @Test
  void theTutorialLeadsThroughEveryVerbAndToCasesThatExist() throws IOException {
    String text = Files.readString(TUTORIAL);
    for (Method verb : Kernels.class.getDeclaredMethods()) {
      assertThat(text).contains("\n| `" + verb.getName() + "` |");
    }
    List<String> ids = Catalogue.cases().stream().map(ConformanceCase::id).toList();
    List<String> prefixes =
        Pattern.compile("-Dpolyak\\.case=([A-Z-]+)")
            .matcher(text)
            .results()
            .map(found -> found.group(1))
            .toList();
    assertThat(prefixes).hasSizeGreaterThan(10);
    for (String prefix : prefixes) {
      assertThat(ids).as(prefix).anyMatch(id -> id.startsWith(prefix));
    }
  }

  /** Every block of code in a page stands, whole lines and in one piece, in a file of a project. */
  private static void assertQuoted(Path page, Path project, int least) throws IOException {
    List<Path> sources = new ArrayList<>(files(project.resolve("src")));
    sources.add(project.resolve("pom.xml"));
    List<List<String>> texts = new ArrayList<>();
    for (Path source : sources) {
      texts.add(Files.readAllLines(source));
    }
    List<Block> quotations =
        blocks(page).stream().filter(block -> QUOTED.contains(block.language())).toList();
    assertThat(quotations).hasSizeGreaterThanOrEqualTo(least);
    for (Block quotation : quotations) {
      assertThat(texts)
          .as("%s quotes %s:%n%s", page, project, String.join("\n", quotation.lines()))
          .anyMatch(text -> contains(text, quotation.lines()));
    }
  }

  /** Whether lines stand in a text, all further in by the same number of blanks. */
  private static boolean contains(List<String> text, List<String> lines) {
    for (String first : text) {
      String indent = " ".repeat(first.length() - first.stripLeading().length());
      List<String> indented =
          lines.stream().map(line -> line.isEmpty() ? line : indent + line).toList();
      if (first.equals(indented.getFirst()) && Collections.indexOfSubList(text, indented) >= 0) {
        return true;
      }
    }
    return false;
  }

  private static List<Block> blocks(Path page) throws IOException {
    return BLOCK
        .matcher(Files.readString(page))
        .results()
        .map(found -> new Block(found.group(1), found.group(2).lines().toList()))
        .toList();
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}
