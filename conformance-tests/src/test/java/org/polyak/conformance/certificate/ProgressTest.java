package org.polyak.conformance.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.heap.HeapProvider;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.polyak.conformance.ConformanceCase;
import org.polyak.conformance.SuiteRun;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;

class ProgressTest {
  private static final List<ConformanceCase> CASES =
      List.of(Certificates.PASSED, Certificates.FAILED);

  @Test
  void aTerminalSeesOneLineThatIsOverwrittenAndLeavesItClean() {
    String shown = show(true);
    assertThat(shown)
        .startsWith("\r\u001b[Kverbs 1/2  T-001\r\u001b[Kverbs 2/2  T-002")
        .contains("\r\u001b[KT-002 a | title failed: 1 < 2")
        .endsWith("\r\u001b[K");
    assertThat(shown).as("only the failure keeps its line").containsOnlyOnce("\n");
  }

  @Test
  void aFileSeesALineForEachChapterAndEachFailure() {
    assertThat(show(false).lines())
        .containsExactly("T-002 a | title failed: 1 < 2 & \"so\" it is", "verbs 2/2");
  }

  private static String show(boolean interactive) {
    StringWriter out = new StringWriter();
    Progress progress = new Progress(new PrintWriter(out), interactive, CASES);
    try (Backend backend = new HeapProvider().open(BackendOptions.DEFAULTS)) {
      new SuiteRun(backend, CASES, id -> id).run(CASES, progress);
    }
    progress.end();
    return out.toString();
  }
}
