package org.polyak.nn.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Says in words how two descriptions of a model differ. */
final class Difference {
  private static final int NAMED = 3;

  private Difference() {}

  /** The first setting, by name, in which a checkpoint's model differs; null when none does. */
  static @Nullable String first(Map<String, String> stored, Map<String, String> expected) {
    TreeSet<String> keys = new TreeSet<>(stored.keySet());
    keys.addAll(expected.keySet());
    for (String key : keys) {
      String have = stored.getOrDefault(key, "not set");
      String want = expected.getOrDefault(key, "not set");
      if (!have.equals(want)) {
        return "%s is %s in the checkpoint and %s here".formatted(key, have, want);
      }
    }
    return null;
  }

  /**
   * How the tensors of a checkpoint differ: missing ones, else superfluous ones, else the first of
   * another shape; null when they agree.
   */
  static @Nullable String firstTensor(Map<String, String> stored, Map<String, String> expected) {
    List<String> missing = new ArrayList<>(expected.keySet());
    missing.removeAll(stored.keySet());
    if (!missing.isEmpty()) {
      return "it lacks " + named(missing);
    }
    List<String> extra = new ArrayList<>(stored.keySet());
    extra.removeAll(expected.keySet());
    if (!extra.isEmpty()) {
      return "the model has no " + named(extra);
    }
    for (Map.Entry<String, String> entry : expected.entrySet()) {
      String have = stored.getOrDefault(entry.getKey(), "");
      if (!have.equals(entry.getValue())) {
        return "tensor '%s' has shape %s in the checkpoint and %s here"
            .formatted(entry.getKey(), have, entry.getValue());
      }
    }
    return null;
  }

  private static String named(List<String> names) {
    String listed = String.join("', '", names.subList(0, Math.min(NAMED, names.size())));
    String more = names.size() > NAMED ? " and %d more".formatted(names.size() - NAMED) : "";
    return "%s '%s'%s".formatted(names.size() == 1 ? "tensor" : "tensors", listed, more);
  }
}
