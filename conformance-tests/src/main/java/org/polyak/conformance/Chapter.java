package org.polyak.conformance;

/** The parts of the catalogue. */
public enum Chapter {
  /** Scopes: who owns memory, and for how long. */
  MEMORY("memory"),
  /** The required verbs. */
  VERBS("verbs"),
  /** Fused operations other than attention, forward and backward. */
  FUSED("fused"),
  /** The attention family and softmax attention, forward and backward. */
  ATTENTION("attention"),
  /** Gradients of operations and of their compositions. */
  GRADIENTS("gradients"),
  /** Layers of {@code nn}: normalisation, residual connections, adaptive momentum. */
  LAYERS("layers"),
  /** Theorems: identities between whole computations, and heavy ball on quadratics. */
  THEOREMS("theorems"),
  /** Training: loss curves beside the oracle's, and a task that is solved. */
  LEARNING("learning"),
  /** Vectors computed by the papers' public implementations. */
  GOLDEN("golden");

  private final String title;

  Chapter(String title) {
    this.title = title;
  }

  /** Its name in reports. */
  public String title() {
    return title;
  }
}
