package org.polyak.tasks.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.TransformerConfig.NormPlacement;
import org.polyak.nn.models.ModelConfig.Positions;
import org.polyak.nn.optim.GradientClipping;
import org.polyak.nn.optim.LearningRateSchedule;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.OptimizerRule;
import org.polyak.tasks.UserException;
import org.polyak.tasks.data.CopyLayout;
import org.polyak.tasks.data.CopyMask;

final class SettingsTest {
  @TempDir Path folder;

  static List<String> tasks() {
    return Settings.tasks();
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void everyPresetAndVariantOfEveryTaskIsComplete(String task) {
    for (String preset : Settings.presets(task)) {
      for (String variant : Settings.variants()) {
        RunConfig run = resolve(task, option("preset", preset), option("variant", variant)).run();
        assertThat(run.task().name()).isEqualTo(task);
        assertThat(run.preset()).isEqualTo(preset);
        assertThat(run.variant()).isEqualTo(variant);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void theRenderedConfigurationGivesTheSameRunAgain(String task) throws IOException {
    for (String variant : Settings.variants()) {
      Settings original =
          resolve(task, option("variant", variant), option("seed", 77), set("threads=3"));
      Path file = Files.writeString(folder.resolve("config.conf"), original.render());
      Settings again = Settings.resolve(request(List.of(), List.of(), Optional.of(file)));
      assertThat(again.run())
          .usingRecursiveComparison()
          .ignoringFields("backend.origin")
          .isEqualTo(original.run());
      assertThat(again.render()).isEqualTo(original.render());
    }
  }

  @Test
  void theCopyVariantsHaveTheSettingsOfThePapersTable1() {
    assertThat(attention("copy", "momentum")).isEqualTo(momentum(0.1, 0.6));
    assertThat(connection("copy", "momentum")).isEqualTo(new ConnectionConfig.Plain());
    assertThat(attention("copy", "momentum-connection")).isEqualTo(momentum(0.1, 0.6));
    assertThat(connection("copy", "momentum-connection"))
        .isEqualTo(new ConnectionConfig.Velocity(0.99, 0.99));
    assertThat(connection("copy", "adaptive"))
        .isEqualTo(
            new ConnectionConfig.AdaptiveVelocity(
                0.99, ConnectionConfig.Reference.VELOCITY, AdaptiveCoefficient.RELEASED));
    assertThat(attention("copy", "softmax")).isEqualTo(new AttentionConfig.Softmax());
    assertThat(attention("copy", "linear")).isEqualTo(new AttentionConfig.Linear(1e-6));
    assertThat(connection("copy", "linear")).isEqualTo(new ConnectionConfig.Plain());
  }

  @Test
  void theMnistVariantsHaveTheSettingsOfThePapersTable1() {
    assertThat(attention("mnist", "momentum")).isEqualTo(momentum(0.6, 0.9));
    assertThat(connection("mnist", "momentum-connection"))
        .isEqualTo(new ConnectionConfig.Velocity(0.1, 0.99));
    assertThat(connection("mnist", "adaptive"))
        .isInstanceOfSatisfying(
            ConnectionConfig.AdaptiveVelocity.class, c -> assertThat(c.stepSize()).isEqualTo(0.99));
  }

  @Test
  void theCopyPaperPresetIsThePapers() {
    RunConfig run = resolve("copy", option("preset", "paper")).run();
    assertThat(run.task())
        .isEqualTo(new TaskConfig.Copy(128, 10, CopyLayout.RELEASED, CopyMask.COPY));
    assertThat(run.model())
        .isEqualTo(
            new ModelConfig(
                4, 8, 32, 1024, 0.1, NormPlacement.POST, Activation.RELU, Positions.CONCATENATED));
    assertThat(run.optimizer())
        .isEqualTo(new OptimizerRule.RectifiedAdam(0.9, 0.999, 1e-8, 0.01, true, true));
    assertThat(run.clipping()).isEqualTo(new GradientClipping.PerParameter(1));
    assertThat(run.schedule()).isEqualTo(new LearningRateSchedule.StepDecay(1e-3, 0.1, 3000, 1));
    assertThat(run.train().steps()).isEqualTo(10_000);
    assertThat(run.train().batchSize()).isEqualTo(64);
  }

  @Test
  void strongerSourcesWin() throws IOException {
    Files.writeString(
        folder.resolve("application.conf"),
        "polyak { backend = from-file, seed = 5, train.steps = 6, threads = 7 }, other { x = 1 }");
    Properties properties = new Properties();
    properties.setProperty("polyak.backend", "from-property");
    properties.setProperty("polyak.train.steps", "60");
    properties.setProperty("polyak.golden", "not a setting");
    ConfigRequest request =
        new ConfigRequest(
            List.of(new ConfigRequest.Option("task.name", "TASK", "copy")),
            List.of("seed=500"),
            properties,
            Map.of("POLYAK_BACKEND", "from-environment", "POLYAK_SEED", "9"),
            Optional.empty(),
            folder);
    RunConfig run = Settings.resolve(request).run();
    assertThat(run.backend().id()).isEqualTo("from-property");
    assertThat(run.backend().origin()).isEqualTo("-Dpolyak.backend");
    assertThat(run.backend().threads()).isEqualTo(7);
    assertThat(run.train().steps()).isEqualTo(60);
    assertThat(run.seed()).isEqualTo(500);

    RunConfig named = Settings.resolve(request.with(option("backend", "cpu-simd"))).run();
    assertThat(named.backend().origin()).isEqualTo("--backend");
  }

  @Test
  void theEnvironmentSetsTheBackendUnlessAStrongerSourceDoes() throws IOException {
    Files.writeString(folder.resolve("application.conf"), "polyak.backend = from-file");
    ConfigRequest request =
        new ConfigRequest(
            List.of(new ConfigRequest.Option("task.name", "TASK", "copy")),
            List.of(),
            new Properties(),
            Map.of("POLYAK_BACKEND", "from-environment"),
            Optional.empty(),
            folder);
    RunConfig.BackendConfig backend = Settings.resolve(request).run().backend();
    assertThat(backend.id()).isEqualTo("from-environment");
    assertThat(backend.origin()).isEqualTo("the environment variable POLYAK_BACKEND");
  }

  @Test
  void aVariantOnTheCommandLineReplacesTheOneOfTheFile() throws IOException {
    Settings adaptive = resolve("copy", option("variant", "adaptive"), set("attention.beta=0.5"));
    Path file = Files.writeString(folder.resolve("config.conf"), adaptive.render());
    Settings again =
        Settings.resolve(
            request(List.of(option("variant", "momentum")), List.of(), Optional.of(file)));
    assertThat(again.run().attention()).isEqualTo(momentum(0.1, 0.6));
    assertThat(again.run().connection()).isEqualTo(new ConnectionConfig.Plain());
  }

  @Test
  void aSingleValueChangesNothingElseOfAPreset() {
    RunConfig run = resolve("copy", option("preset", "paper"), set("model.layers=2")).run();
    assertThat(run.model().layers()).isEqualTo(2);
    assertThat(run.model().heads()).isEqualTo(8);
  }

  @Test
  void theFormsOfTheConnectionsAreOptions() {
    assertThat(
            resolve("copy", set("connection.kind=momentum"), set("connection.momentum.form=eq15"))
                .run()
                .connection())
        .isEqualTo(new ConnectionConfig.HeavyBall(0.1));
    assertThat(
            resolve(
                    "copy",
                    option("variant", "adaptive"),
                    set("connection.adaptive.form=eq18"),
                    set("connection.adaptive.clamp=before-square"),
                    set("connection.adaptive.detach=true"))
                .run()
                .connection())
        .isEqualTo(
            new ConnectionConfig.AdaptiveVelocity(
                0.99,
                ConnectionConfig.Reference.PREVIOUS,
                new AdaptiveCoefficient(
                    1e-4,
                    AdaptiveCoefficient.Order.PROJECT_THEN_SQUARE,
                    AdaptiveCoefficient.Norm.TOKEN,
                    true)));
    assertThat(
            resolve(
                    "copy",
                    option("variant", "adaptive"),
                    set("connection.adaptive.form=eq18-printed"))
                .run()
                .connection())
        .isInstanceOf(ConnectionConfig.AdaptiveHeavyBall.class);
  }

  @Test
  void theReleasedMaskIsAnOption() {
    assertThat(resolve("copy", set("task.mask=released")).run().task())
        .isInstanceOfSatisfying(
            TaskConfig.Copy.class, copy -> assertThat(copy.mask()).isEqualTo(CopyMask.RELEASED));
  }

  @Test
  void backendsGetTheirOwnOptions() {
    RunConfig.BackendConfig backend =
        resolve("copy", set("backend-options.vector-bits=256"), set("threads=2")).run().backend();
    assertThat(backend.options().get("vector-bits")).contains("256");
    assertThat(backend.options().get("threads")).contains("2");
    assertThat(resolve("copy").run().backend().options().get("threads")).isEmpty();
  }

  @Test
  void textNeedsNoQuotes() {
    assertThat(resolve("text", set("task.path=/a//b c#d:e")).run().task())
        .isInstanceOfSatisfying(
            TaskConfig.Text.class, text -> assertThat(text.path()).isEqualTo("/a//b c#d:e"));
  }

  @Test
  void anUnknownSettingIsRefusedWithItsOriginAndTheNearestName() throws IOException {
    assertUsage(() -> resolve("copy", set("attention.betta=1")), "Did you mean 'attention.beta'?");
    assertUsage(() -> resolve("copy", set("gama=1")), "Did you mean 'attention.gamma'?");
    assertUsage(() -> resolve("copy", set("layers=1")), "Did you mean 'model.layers'?");
    assertUsage(() -> resolve("copy", set("attention=softmax")), "attention.kind");
    assertUsage(() -> resolve("mnist", set("task.mask=copy")), "task mnist has no setting");
    Path file =
        Files.writeString(folder.resolve("my.conf"), "polyak {\n  model {\n    layrs = 3\n}}");
    assertUsage(
        () ->
            Settings.resolve(
                request(List.of(option("task.name", "copy")), List.of(), Optional.of(file))),
        "model.layrs",
        "my.conf, line 3",
        "Did you mean 'model.layers'?");
  }

  @Test
  void anUnknownNameIsRefusedWithTheNearest() {
    assertUsage(() -> resolve("cpoy"), "no task 'cpoy'", "Did you mean 'copy'?");
    assertUsage(
        () -> resolve("copy", option("variant", "momentun")),
        "no variant 'momentun' (from --variant)",
        "Did you mean 'momentum'?");
    assertUsage(
        () -> resolve("copy", option("preset", "papr")),
        "no preset for the task copy 'papr'",
        "Did you mean 'paper'?");
    assertUsage(
        () -> resolve("copy", set("optimizer.kind=radm")),
        "(from --set optimizer.kind=radm)",
        "Did you mean 'radam'?");
    assertUsage(
        () -> resolve("copy", set("compare.variants=[linear,softmaxx]")),
        "Did you mean 'softmax'?");
  }

  @Test
  void anImpossibleValueIsRefusedWithItsOrigin() {
    assertUsage(
        () -> resolve("copy", set("attention.beta=1")),
        "attention.beta must be a number at least 0 and below 1, not 1",
        "(from --set attention.beta=1)");
    assertUsage(() -> resolve("copy", set("attention.gamma=0")), "a finite number above 0");
    assertUsage(() -> resolve("copy", set("model.heads=0")), "from 1 to 1000");
    assertUsage(() -> resolve("copy", set("model.heads=2.5")), "a whole number");
    assertUsage(() -> resolve("copy", set("model.heads=many")), "a whole number");
    assertUsage(
        () -> resolve("copy", set("model.heads=1"), set("model.head-dim=6")),
        "must be a multiple of 4");
    assertUsage(() -> resolve("copy", set("task.max-length=4")), "from 5");
    assertUsage(() -> resolve("text", set("task.validation-fraction=1")), "below 1");
    assertUsage(() -> resolve("copy", set("schedule.warmup=1")), "below 1");
    assertUsage(() -> resolve("copy", set("attention.weighting=non-causal")), "has to predict");
    assertUsage(() -> resolve("copy", set("attention.beta")), "--set needs key=value");
  }

  @Test
  void aSettingWithoutEffectIsFound() {
    Settings softmax = resolve("copy", option("variant", "softmax"), set("attention.beta=0.5"));
    assertThat(softmax.withoutEffect()).containsExactly("attention.beta");
    assertUsage(softmax::requireEffect, "attention.beta has no effect");
    resolve("copy", set("attention.beta=0.5")).requireEffect();
  }

  @Test
  void aBrokenOrMissingFileIsNamed() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken.conf"), "polyak { a = [ }");
    assertUsage(
        () -> Settings.resolve(request(List.of(), List.of(), Optional.of(broken))), "broken.conf");
    assertUsage(
        () ->
            Settings.resolve(
                request(List.of(), List.of(), Optional.of(folder.resolve("none.conf")))),
        "none.conf does not exist");
    Path foreign = Files.writeString(folder.resolve("foreign.conf"), "polyac.seed = 1");
    assertUsage(
        () -> Settings.resolve(request(List.of(), List.of(), Optional.of(foreign))),
        "Unknown setting 'polyac'",
        "below 'polyak'");
  }

  private static AttentionConfig momentum(double beta, double gamma) {
    return new AttentionConfig.Momentum(
        beta, gamma, AttentionConfig.Weighting.EQ13, AttentionConfig.Anchor.PADDED, 1e-6);
  }

  private AttentionConfig attention(String task, String variant) {
    return resolve(task, option("variant", variant)).run().attention();
  }

  private ConnectionConfig connection(String task, String variant) {
    return resolve(task, option("variant", variant)).run().connection();
  }

  private static ConfigRequest.Option option(String key, Object value) {
    return new ConfigRequest.Option(key, "--" + key, value);
  }

  /** Stands for {@code --set} among the options. */
  private static ConfigRequest.Option set(String assignment) {
    return new ConfigRequest.Option("", "--set", assignment);
  }

  private Settings resolve(String task, ConfigRequest.Option... options) {
    List<ConfigRequest.Option> named =
        Stream.concat(
                Stream.of(new ConfigRequest.Option("task.name", "TASK", task)),
                Arrays.stream(options).filter(option -> !option.key().isEmpty()))
            .toList();
    List<String> assignments =
        Arrays.stream(options)
            .filter(option -> option.key().isEmpty())
            .map(option -> option.value().toString())
            .toList();
    return Settings.resolve(request(named, assignments, Optional.empty()));
  }

  private ConfigRequest request(
      List<ConfigRequest.Option> options, List<String> assignments, Optional<Path> file) {
    return new ConfigRequest(options, assignments, new Properties(), Map.of(), file, folder);
  }

  private static void assertUsage(ThrowingCallable code, String... parts) {
    assertThatThrownBy(code)
        .isInstanceOf(UserException.Usage.class)
        .message()
        .contains(parts)
        .doesNotContain("\n");
  }
}
