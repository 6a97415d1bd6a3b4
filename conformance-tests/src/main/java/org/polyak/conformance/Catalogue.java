package org.polyak.conformance;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.polyak.conformance.attention.FamilyCases;
import org.polyak.conformance.attention.SoftmaxCases;
import org.polyak.conformance.fused.ActivationCases;
import org.polyak.conformance.fused.CrossEntropyCases;
import org.polyak.conformance.fused.DropoutCases;
import org.polyak.conformance.fused.LayerNormCases;
import org.polyak.conformance.fused.LinearCases;
import org.polyak.conformance.fused.LogisticMixtureCases;
import org.polyak.conformance.fused.OptimizerCases;
import org.polyak.conformance.fused.RowSoftmaxCases;
import org.polyak.conformance.fused.SquaredNormsCases;
import org.polyak.conformance.gradients.GradientCases;
import org.polyak.conformance.gradients.RepeatCases;
import org.polyak.conformance.layers.BlockCases;
import org.polyak.conformance.layers.ConnectionCases;
import org.polyak.conformance.learning.LearningCases;
import org.polyak.conformance.scopes.ScopeCases;
import org.polyak.conformance.theorems.AttentionIdentityCases;
import org.polyak.conformance.theorems.HeavyBallCases;
import org.polyak.conformance.theorems.StreamingCases;
import org.polyak.conformance.theorems.UnrolledCases;
import org.polyak.conformance.verbs.ElementwiseCases;
import org.polyak.conformance.verbs.MatmulCases;
import org.polyak.conformance.verbs.MovementCases;
import org.polyak.conformance.verbs.ReductionCases;
import org.polyak.conformance.verbs.RowCases;
import org.polyak.conformance.verbs.SubnormalCases;

/** All cases of this version of the suite, in their order. */
public final class Catalogue {
  /** The version of the suite: it changes with the cases and with what they demand. */
  public static final String VERSION = "1.3";

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
            SubnormalCases.families(),
            LayerNormCases.families(),
            RowSoftmaxCases.families(),
            ActivationCases.families(),
            LinearCases.families(),
            CrossEntropyCases.families(),
            LogisticMixtureCases.families(),
            DropoutCases.families(),
            OptimizerCases.families(),
            SquaredNormsCases.families(),
            SoftmaxCases.families(),
            FamilyCases.families(),
            GradientCases.families(),
            RepeatCases.families(),
            ConnectionCases.families(),
            BlockCases.families(),
            AttentionIdentityCases.families(),
            StreamingCases.families(),
            UnrolledCases.families(),
            HeavyBallCases.families(),
            LearningCases.families())
        .flatMap(List::stream)
        .forEach(family -> cases.addAll(family.cases()));
    return List.copyOf(cases);
  }

  /**
   * A fingerprint of a list of cases: SHA-256, in hexadecimal, over chapter, level, id, title and
   * definition of each. Certificates with the same version and fingerprint answer for the same
   * cases.
   */
  public static String fingerprint(List<ConformanceCase> cases) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (ConformanceCase one : cases) {
        String line =
            String.join(
                "\t",
                one.chapter().title(),
                one.level().name(),
                one.id(),
                one.title(),
                one.definition().toString());
        digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }
}
