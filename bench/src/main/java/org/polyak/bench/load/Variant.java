package org.polyak.bench.load;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.session.NearestName;

/** The attention variants that are compared. */
public enum Variant {
  /** Eq. 2. */
  SOFTMAX,
  /** Eq. 7 and 8. */
  LINEAR,
  /** Eq. 12 and 13, with the paper's β and γ of the copy task. */
  MOMENTUM;

  /** Momentum β. */
  public static final double BETA = 0.1;

  /** Step size γ. */
  public static final double GAMMA = 0.6;

  /** All names, in order. */
  public static List<String> names() {
    return Arrays.stream(values()).map(Variant::id).toList();
  }

  /**
   * The variant of a name.
   *
   * @throws IllegalArgumentException for an unknown one, naming the nearest or all
   */
  public static Variant of(String name) {
    for (Variant variant : values()) {
      if (variant.id().equals(name)) {
        return variant;
      }
    }
    throw new IllegalArgumentException(
        "Variant '%s' is unknown.%s Variants: %s."
            .formatted(name, NearestName.question(name, names()), String.join(", ", names())));
  }

  /** The name in commands and results. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** For models. */
  AttentionConfig config() {
    return switch (this) {
      case SOFTMAX -> new AttentionConfig.Softmax();
      case LINEAR -> new AttentionConfig.Linear(AttentionConfig.EPSILON);
      case MOMENTUM -> new AttentionConfig.Momentum(BETA, GAMMA);
    };
  }

  /** Conformance cases of this attention. */
  String gate() {
    return switch (this) {
      case SOFTMAX -> "ATT-SOFT";
      case LINEAR -> "ATT-LIN";
      case MOMENTUM -> "ATT-MOM";
    };
  }
}
