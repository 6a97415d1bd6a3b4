package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.BackendUnavailableException;
import org.polyak.spi.DType;
import org.polyak.spi.DeviceMemoryException;
import org.polyak.spi.Probe;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

class CpuBackendTest {
  private static final Jvm GOOD = new Jvm(true, "OpenJDK 64-Bit Server VM", "mixed mode", 4);

  @Test
  void theServiceLoaderFindsTheProvider() {
    assertThat(ServiceLoader.load(BackendProvider.class))
        .filteredOn(provider -> provider.id().equals("cpu-simd"))
        .singleElement()
        .satisfies(
            provider -> assertThat(provider.spiVersion()).isEqualTo(BackendProvider.SPI_VERSION));
  }

  @Test
  void theProbeNamesTheDevice() {
    Probe probe = new CpuBackendProvider().probe(options("threads", "2"));
    assertThat(probe).isInstanceOf(Probe.Ready.class);
    assertThat(((Probe.Ready) probe).devices())
        .singleElement()
        .satisfies(info -> {
          assertThat(info.backend()).isEqualTo("cpu-simd");
          assertThat(info.device()).isNotBlank();
          assertThat(info.threads()).isEqualTo(2);
          assertThat(info.details()).containsKey("vector-bits");
        });
  }

  @Test
  void aJvmFitForVectorsHasNoObstacle() {
    assertThat(GOOD.obstacle()).isEmpty();
  }

  @Test
  void eachObstacleIsNamedWithItsRemedy() {
    assertObstacle(
        new Jvm(false, GOOD.name(), GOOD.mode(), 4), "jdk.incubator.vector", "--add-modules");
    assertObstacle(new Jvm(true, "Eclipse OpenJ9 VM", "", 4), "OpenJ9", "OpenJDK");
    assertObstacle(new Jvm(true, GOOD.name(), "interpreted mode", 4), "-Xint", "without -Xint");
    assertObstacle(new Jvm(true, GOOD.name(), GOOD.mode(), 1), "TieredStopAtLevel=1", "without");
  }

  private static void assertObstacle(Jvm jvm, String reason, String remedy) {
    assertThat(jvm.obstacle())
        .hasValueSatisfying(missing -> {
          assertThat(missing.reason()).contains(reason);
          assertThat(missing.remedy()).contains(remedy);
        });
  }

  @ParameterizedTest
  @CsvSource({
    "'',                                                           jdk.incubator.vector",
    "--add-modules jdk.incubator.vector -Xint,                     -Xint",
    "--add-modules jdk.incubator.vector -XX:TieredStopAtLevel=3,   TieredStopAtLevel=3",
    "--add-modules jdk.incubator.vector,                           Ready"
  })
  void theProbeOfARealJvmSaysWhatIsMissing(String flags, String expected)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Arrays.stream(flags.split(" ")).filter(flag -> !flag.isBlank()).toList());
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), PrintProbe.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains(expected);
  }

  /** Run in a JVM of its own. */
  static final class PrintProbe {
    private PrintProbe() {}

    public static void main(String[] arguments) {
      System.out.println(new CpuBackendProvider().probe(BackendOptions.DEFAULTS));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "thread, 2, Unknown backend option 'thread'",
    "threads, 0, must be an integer",
    "vector-bits, 192, must be 128",
    "precision, bf16, must be f32"
  })
  void wrongOptionsAreRefusedByOpenAndReportedByProbe(String name, String value, String message) {
    CpuBackendProvider provider = new CpuBackendProvider();
    assertThatThrownBy(() -> provider.open(options(name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
    assertThat(provider.probe(options(name, value)))
        .isInstanceOfSatisfying(
            Probe.Missing.class, missing -> assertThat(missing.reason()).contains(message));
  }

  @Test
  void narrowerVectorsCanBeForcedAndWiderOnesAreRefused() {
    int machine = VectorWidth.preferred().bits();
    for (VectorWidth width : VectorWidth.values()) {
      BackendOptions options = options("vector-bits", Integer.toString(width.bits()));
      if (width.bits() > machine) {
        assertThatThrownBy(() -> new CpuBackendProvider().open(options))
            .isInstanceOf(BackendUnavailableException.class);
        continue;
      }
      try (Backend backend = new CpuBackendProvider().open(options);
          Scope scope = backend.openScope("test")) {
        assertThat(backend.info().details())
            .containsEntry("vector-bits", Integer.toString(width.bits()));
        Tensor x = scope.allocate(DType.F32, Shape.of(100));
        backend.kernels().fill(x, 1);
        backend.kernels().unary(UnaryOp.EXPONENTIAL, x, x);
        assertThat(Views.values(x)).containsOnly((float) Math.E);
      }
    }
  }

  @Test
  void uploadAndDownloadCarryAnyLayoutOfBothTypes() {
    try (Backend backend = new CpuBackendProvider().open(BackendOptions.DEFAULTS);
        Scope scope = backend.openScope("test")) {
      Views views = new Views(scope, new Random(9));
      for (int i = 0; i < 50; i++) {
        Tensor tensor = views.output(views.shape(3));
        float[] host = new float[Math.toIntExact(tensor.shape().size())];
        for (int j = 0; j < host.length; j++) {
          host[j] = j;
        }
        backend.upload(MemorySegment.ofArray(host), tensor);
        assertThat(Views.values(tensor)).isEqualTo(host);
        Views.assertNothingElseWritten(tensor);
        float[] back = new float[host.length];
        backend.download(tensor, MemorySegment.ofArray(back));
        assertThat(back).isEqualTo(host);
      }
      Tensor integers = scope.allocate(DType.I32, Shape.of(2, 3));
      backend.upload(MemorySegment.ofArray(new int[] {1, 2, 3, 4, 5, 6}), integers);
      int[] back = new int[6];
      backend.download(integers.transpose(0, 1), MemorySegment.ofArray(back));
      assertThat(back).containsExactly(1, 4, 2, 5, 3, 6);
    }
  }

  @Test
  void memoryIsUsedAgainAfterItsScopeCloses() {
    try (Backend backend = new CpuBackendProvider().open(BackendOptions.DEFAULTS)) {
      float[] first;
      try (Scope scope = backend.openScope("first")) {
        first = CpuBuffer.floats(scope.allocate(DType.F32, Shape.of(1000)));
      }
      try (Scope scope = backend.openScope("second")) {
        Tensor again = scope.allocate(DType.F32, Shape.of(10, 100));
        assertThat(CpuBuffer.floats(again)).isSameAs(first);
      }
    }
  }

  @Test
  void aTensorUsedAfterItsScopeClosedIsAnErrorThatNamesTheScope() {
    try (Backend backend = new CpuBackendProvider().open(BackendOptions.DEFAULTS)) {
      Tensor tensor;
      try (Scope scope = backend.openScope("gone")) {
        tensor = scope.allocate(DType.F32, Shape.of(3));
      }
      assertThatThrownBy(() -> backend.kernels().fill(tensor, 0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("gone");
    }
  }

  @Test
  void aTensorLongerThanAnyArrayIsRefusedWithItsSize() {
    try (Backend backend = new CpuBackendProvider().open(BackendOptions.DEFAULTS);
        Scope scope = backend.openScope("test")) {
      assertThatThrownBy(() -> scope.allocate(DType.F32, Shape.of(1 << 20, 1 << 12)))
          .isInstanceOf(DeviceMemoryException.class)
          .hasMessageContaining("4,294,967,296");
    }
  }

  @Test
  void aHeapThatIsFullIsReportedWithWhatIsLeft() {
    try (Backend backend = new CpuBackendProvider().open(BackendOptions.DEFAULTS);
        Scope scope = backend.openScope("test")) {
      assertThatThrownBy(
              () -> {
                while (true) {
                  scope.allocate(DType.F32, Shape.of(Integer.MAX_VALUE - 20));
                }
              })
          .isInstanceOf(DeviceMemoryException.class)
          .hasMessageContaining("no room for 8,589,934,508 bytes")
          .hasMessageContaining("-Xmx");
    }
  }

  @Test
  void nothingMayLieAnywhere() {
    try (Backend backend = new CpuBackendProvider().open(BackendOptions.DEFAULTS);
        Scope scope = backend.openScope("test")) {
      Tensor square = scope.allocate(DType.F32, Shape.of(256, 256));
      Tensor corner = square.slice(0, 256, 256).slice(1, 256, 256);
      MemorySegment host = MemorySegment.ofArray(new float[0]);
      backend.upload(host, corner);
      backend.download(corner, host);
    }
  }

  private static BackendOptions options(String name, String value) {
    return BackendOptions.of(Map.of(name, value));
  }
}
