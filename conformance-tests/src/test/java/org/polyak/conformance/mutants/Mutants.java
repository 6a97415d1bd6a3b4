package org.polyak.conformance.mutants;

import java.util.List;

/** Every mutant. */
final class Mutants {
  private Mutants() {}

  /**
   * Mutants that go wrong in the same place.
   *
   * @param title of the place
   * @param mutants one bug each
   */
  record Section(String title, List<Mutant> mutants) {}

  /** By place, in the order of {@code docs/mutants.md}. */
  static List<Section> sections() {
    return List.of(
        new Section("Memory, queue and transfers", MemoryMutants.all()),
        new Section("Verbs: the wrong elements", VerbAddressMutants.all()),
        new Section("Verbs: elements left out", VerbExtentMutants.all()),
        new Section("Verbs: the wrong numbers", VerbArithmeticMutants.all()),
        new Section("Verbs: the wrong order", VerbOrderMutants.all()),
        new Section("Normalisation and activations", FusedRowMutants.all()),
        new Section("Softmax of rows", RowSoftmaxMutants.all()),
        new Section("Linear layers", FusedLinearMutants.all()),
        new Section("Losses", FusedLossMutants.all()),
        new Section("Dropout and optimisers", FusedStepMutants.all()),
        new Section("Softmax attention", SoftmaxMutants.all()),
        new Section(
            "The recurrence of linear and momentum attention", AttentionForwardMutants.all()),
        new Section("Normaliser, padding and precision of attention", AttentionKernelMutants.all()),
        new Section("Carried states and gradients of attention", AttentionStateMutants.all()));
  }

  /** All of them. */
  static List<Mutant> all() {
    return sections().stream().flatMap(section -> section.mutants().stream()).toList();
  }
}
