package org.polyak.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.polyak.conformance.attention.FamilyCases;
import org.polyak.conformance.attention.SoftmaxCases;
import org.polyak.conformance.fused.ActivationCases;
import org.polyak.conformance.fused.CrossEntropyCases;
import org.polyak.conformance.fused.DropoutCases;
import org.polyak.conformance.fused.LayerNormCases;
import org.polyak.conformance.fused.LogisticMixtureCases;
import org.polyak.conformance.fused.OptimizerCases;
import org.polyak.conformance.gradients.GradientCases;
import org.polyak.conformance.identities.AttentionIdentityCases;
import org.polyak.conformance.identities.StreamingCases;
import org.polyak.conformance.scopes.ScopeCases;
import org.polyak.conformance.verbs.ElementwiseCases;
import org.polyak.conformance.verbs.MatmulCases;
import org.polyak.conformance.verbs.MovementCases;
import org.polyak.conformance.verbs.ReductionCases;
import org.polyak.conformance.verbs.RowCases;

/** All cases of this version of the suite, in their order. */
public final class Catalogue {
  private Catalogue() {}

  /** Every case, chapter by chapter. Ids are unique and stable. */
  public static List<ConformanceCase> cases() {
    List<ConformanceCase> cases = new ArrayList<>();
    Stream.of(
            ScopeCases.families(),
            MovementCases.families(),
            ElementwiseCases.families(),
            ReductionCases.families(),
            MatmulCases.families(),
            RowCases.families(),
            LayerNormCases.families(),
            ActivationCases.families(),
            CrossEntropyCases.families(),
            LogisticMixtureCases.families(),
            DropoutCases.families(),
            OptimizerCases.families(),
            SoftmaxCases.families(),
            FamilyCases.families(),
            AttentionIdentityCases.families(),
            StreamingCases.families(),
            GradientCases.families())
        .flatMap(List::stream)
        .forEach(family -> cases.addAll(family.cases()));
    return List.copyOf(cases);
  }
}
