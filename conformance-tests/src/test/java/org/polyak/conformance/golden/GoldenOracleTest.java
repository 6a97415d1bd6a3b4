package org.polyak.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * Pins the oracle to golden vectors, within the tolerances that these state for float64. Every file
 * of a group is run or named in {@link #NOT_COVERED}, and the number of runs is counted.
 */
class GoldenOracleTest {
  /** Muon, the causal convolution and the three-channel mixture are not part of the oracle yet. */
  private static final Set<String> NOT_COVERED =
      Set.of(
          "09_optim_muon_open",
          "09_optim_muon_nonesterov_open",
          "09_optim_muon_matchrms_open",
          "10_causalconv_k3_n9_none_bias",
          "10_causalconv_k4_n13_silu",
          "10_causalconv_k4_n2_none",
          "10_dmol3_mean",
          "10_dmol3_none");

  private static final List<Group> GROUPS =
      List.of(
          new Group("01", 10, AttentionChecks::softmax),
          new Group("02", 15, AttentionChecks::linear),
          new Group("03", 25, AttentionChecks::momentum),
          new Group("04", 13, ConnectionChecks::check),
          new Group("05", 12, OptimisationChecks::heavyBall),
          new Group("09", 21, OptimisationChecks::optimiser),
          new Group("10", 32, LayerChecks::check),
          new Group("11", 7, EncoderChecks::check),
          new Group("12", 2, EncoderChecks::check));

  private record Group(String id, int covered, Check check) {}

  private interface Check {
    void run(GoldenFile file, GoldenComparison comparison);
  }

  @TestFactory
  Stream<DynamicContainer> oracleReproducesGoldenVectors() {
    Optional<GoldenDirectory> directory = GoldenDirectory.find();
    if (directory.isEmpty()) {
      System.out.println(GoldenDirectory.absence() + " The oracle is not compared with them.");
      Assumptions.abort(GoldenDirectory.absence());
    }
    return GROUPS.stream().map(group -> container(group, directory.orElseThrow()));
  }

  private static DynamicContainer container(Group group, GoldenDirectory directory) {
    AtomicInteger executed = new AtomicInteger();
    List<DynamicNode> tests = new ArrayList<>();
    for (Path path : directory.files(group.id())) {
      String name = path.getFileName().toString().replace(".safetensors", "");
      if (!NOT_COVERED.contains(name)) {
        tests.add(
            dynamicTest(
                name,
                () -> {
                  GoldenFile file = GoldenFile.read(path);
                  GoldenComparison comparison = new GoldenComparison(file);
                  group.check().run(file, comparison);
                  comparison.finish();
                  executed.incrementAndGet();
                }));
      }
    }
    tests.add(
        dynamicTest(
            "all %d cases of group %s passed".formatted(group.covered(), group.id()),
            () -> assertThat(executed).hasValue(group.covered())));
    return dynamicContainer("group " + group.id(), tests);
  }
}
