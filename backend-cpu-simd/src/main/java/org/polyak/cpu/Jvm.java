package org.polyak.cpu;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import org.polyak.spi.Probe;

/**
 * What the running JVM offers to vector code. Without HotSpot's optimising compiler C2 the Vector
 * API runs tens of times slower than plain loops, so the backend would rather not start.
 *
 * @param vectorModule whether the module jdk.incubator.vector is present
 * @param name {@code java.vm.name}
 * @param mode {@code java.vm.info}
 * @param highestTier {@code -XX:TieredStopAtLevel}; C2 is tier 4
 */
record Jvm(boolean vectorModule, String name, String mode, int highestTier) {
  private static final int C2_TIER = 4;

  /** The JVM that runs this. */
  static Jvm running() {
    return new Jvm(
        ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(),
        System.getProperty("java.vm.name", ""),
        System.getProperty("java.vm.info", ""),
        configuredTier());
  }

  private static int configuredTier() {
    HotSpotDiagnosticMXBean options =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    if (options == null) {
      return C2_TIER;
    }
    try {
      return Integer.parseInt(options.getVMOption("TieredStopAtLevel").getValue());
    } catch (IllegalArgumentException e) {
      // A JVM without this option, which then has no tiers to stop at.
      return C2_TIER;
    }
  }

  /** What keeps vector code from running well here, if anything does. */
  Optional<Probe.Missing> obstacle() {
    if (!vectorModule) {
      return missing(
          "the JVM was started without the module jdk.incubator.vector",
          "Start java with --add-modules jdk.incubator.vector, or run Polyak from the module path.");
    }
    if (!name.contains("Server VM")) {
      return missing(
          "the JVM '" + name + "' is not HotSpot with the C2 compiler, which vector code needs",
          "Run on an OpenJDK build with the server compiler, for example Eclipse Temurin 25.");
    }
    if (mode.contains("interpreted")) {
      return missing(
          "the JVM only interprets (-Xint), and vector code needs the C2 compiler",
          "Start java without -Xint.");
    }
    if (highestTier < C2_TIER || mode.contains("emulated-client")) {
      return missing(
          "the C2 compiler is switched off (-XX:TieredStopAtLevel=" + highestTier + ")",
          "Start java without -XX:TieredStopAtLevel and -XX:CompilationMode.");
    }
    return Optional.empty();
  }

  private static Optional<Probe.Missing> missing(String reason, String remedy) {
    return Optional.of(new Probe.Missing(reason, remedy));
  }
}
