package org.polyak.conformance;

import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What one case found.
 *
 * @param caseId the case
 * @param failures why it failed, each a sentence; empty when it passed
 * @param worst the comparison with the largest headroom; null when nothing was compared numerically
 * @param execution for every fused operation asked for: {@code fused}, or {@code composed: reason}
 * @param rerun the command that runs this case alone
 * @param cause what the backend threw, if it did
 */
public record Verdict(
    String caseId,
    List<String> failures,
    @Nullable Discrepancy worst,
    SortedMap<String, String> execution,
    String rerun,
    @Nullable Throwable cause) {
  /** Whether everything that was checked held. */
  public boolean passed() {
    return failures.isEmpty();
  }

  /** The worst error as a fraction of its bound; 0 when nothing was compared numerically. */
  public double headroom() {
    return worst == null ? 0 : worst.headroom();
  }

  /** All that one needs to see what failed and to try again. */
  public String message() {
    StringBuilder text = new StringBuilder(caseId);
    text.append(passed() ? " passed" : " failed");
    for (String failure : failures) {
      text.append("\n  ").append(failure);
    }
    if (worst != null) {
      text.append("\n  worst: ").append(worst);
    }
    execution.forEach((name, how) -> text.append("\n  ").append(name).append(": ").append(how));
    return text.append("\n  rerun: ").append(rerun).toString();
  }
}
