package org.polyak.conformance;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;

/** A run that executes fewer cases than the catalogue holds is red. */
class IncompleteRunTest {
  @Test
  void aRunOfOneChapterAloneIsRed() throws Throwable {
    try (Stream<DynamicNode> suite = new HeapBackendConformanceTest().conformance()) {
      List<DynamicNode> nodes = suite.toList();
      DynamicContainer memory = (DynamicContainer) nodes.getFirst();
      for (DynamicNode one : memory.getChildren().toList()) {
        ((DynamicTest) one).getExecutable().execute();
      }
      DynamicTest last = (DynamicTest) nodes.getLast();
      assertThatThrownBy(() -> last.getExecutable().execute())
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("Not a complete run")
          .hasMessageContaining("did not run");
    }
  }

  @Test
  void aRunOfNothingIsRed() {
    try (Stream<DynamicNode> suite = new HeapBackendConformanceTest().conformance()) {
      DynamicTest last = (DynamicTest) suite.toList().getLast();
      assertThatThrownBy(() -> last.getExecutable().execute())
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("Not a complete run");
    }
  }
}
