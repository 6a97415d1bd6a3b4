package org.polyak.tasks;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that a misspelt one was probably meant to be. */
public final class NearestName {
  private NearestName() {}

  /**
   * The candidate with the fewest single-character edits to {@code name}, when these are few enough
   * (at most a third of its length, and always one) for a misspelling to be likely. Case does not
   * count; the first of equally near ones wins.
   */
  public static Optional<String> of(String name, Collection<String> candidates) {
    String wanted = name.toLowerCase(Locale.ROOT);
    int allowed = Math.max(1, (wanted.length() + 1) / 3);
    String nearest = null;
    for (String candidate : candidates) {
      int distance = edits(wanted, candidate.toLowerCase(Locale.ROOT));
      if (distance <= allowed) {
        nearest = candidate;
        allowed = distance - 1;
      }
    }
    return Optional.ofNullable(nearest);
  }

  /** A sentence to append to an error: the suggestion, or else all valid names. */
  public static String hint(String name, Collection<String> candidates) {
    return of(name, candidates)
        .map(nearest -> "Did you mean '" + nearest + "'?")
        .orElseGet(() -> "Valid names: " + String.join(", ", candidates) + ".");
  }

  /** The restricted Damerau–Levenshtein distance: insert, delete, replace, swap neighbours. */
  static int edits(String from, String to) {
    int[][] cost = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int replace = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        int best =
            Math.min(
                cost[i - 1][j - 1] + replace, Math.min(cost[i - 1][j] + 1, cost[i][j - 1] + 1));
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          best = Math.min(best, cost[i - 2][j - 2] + 1);
        }
        cost[i][j] = best;
      }
    }
    return cost[from.length()][to.length()];
  }
}
