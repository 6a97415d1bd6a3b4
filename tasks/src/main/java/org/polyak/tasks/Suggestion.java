package org.polyak.tasks;

import java.util.Collection;
import org.polyak.nn.session.NearestName;

/** Sentences that help with a misspelt name. */
public final class Suggestion {
  private Suggestion() {}

  /** The candidate that was probably meant, or else all of them. */
  public static String hint(String name, Collection<String> candidates) {
    return NearestName.of(name, candidates)
        .map(nearest -> "Did you mean '" + nearest + "'?")
        .orElseGet(() -> "Valid names: " + String.join(", ", candidates) + ".");
  }
}
