package org.polyak.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each test sees its rule hold in the house and complain about something that it must not miss. */
class ArchitectureTest {
  private static final String SPI = "org.polyak.spi..";
  private static final String CPU = "org.polyak.cpu..";
  private static final String OPENCL = "org.polyak.opencl..";
  private static final String DRIVER = "org.polyak.opencl.driver..";
  private static final String NN = "org.polyak.nn..";
  private static final String CONFORMANCE = "org.polyak.conformance..";
  private static final String ORACLE = "org.polyak.conformance.oracle..";
  private static final String TASKS = "org.polyak.tasks..";
  private static final String BENCH = "org.polyak.bench..";
  private static final String VECTOR_API = "jdk.incubator.vector..";
  private static final String JOCL = "org.jocl..";
  private static final String JVM_MANAGEMENT = "..management";
  private static final String JUNIT = "org.junit..";
  private static final String GUICE = "com.google.inject..";

  private static final String JMH = "org.openjdk.jmh..";

  /** Without the loops that JMH writes around benchmarks. */
  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("/jmh_generated/"))
          .importPackages("org.polyak");

  @Test
  void everyModuleOfTheHouseIsSeen() {
    assertThat(List.of("spi", "cpu", "opencl", "nn", "conformance", "bench", "tasks"))
        .allMatch(module -> HOUSE.containPackage("org.polyak." + module));
  }

  @Test
  void spiKnowsNoOtherModule() {
    holds(ArchitectureRules.knowsOfPolyakOnly(SPI));
  }

  @Test
  void cpuBackendKnowsTheSpiOnly() {
    holds(ArchitectureRules.knowsOfPolyakOnly(CPU, SPI));
  }

  @Test
  void openClBackendKnowsTheSpiOnly() {
    holds(ArchitectureRules.knowsOfPolyakOnly(OPENCL, SPI));
    complains(ArchitectureRules.knowsOfPolyakOnly(OPENCL), "org.polyak.spi");
  }

  @Test
  void nnKnowsTheSpiOnly() {
    holds(ArchitectureRules.knowsOfPolyakOnly(NN, SPI));
    complains(ArchitectureRules.knowsOfPolyakOnly(NN), "org.polyak.spi");
  }

  @Test
  void conformanceTestsKnowNoBackend() {
    holds(ArchitectureRules.knowsOfPolyakOnly(CONFORMANCE, NN, SPI));
  }

  @Test
  void tasksKnowNoBackend() {
    holds(ArchitectureRules.knowsOfPolyakOnly(TASKS, NN, SPI));
  }

  /** Nor does it know the command line, which finds it; and by the other rules nobody knows it. */
  @Test
  void benchKnowsNoBackend() {
    holds(ArchitectureRules.knowsOfPolyakOnly(BENCH, CONFORMANCE, NN, SPI));
    complains(ArchitectureRules.knowsOfPolyakOnly(BENCH, NN, SPI), "org.polyak.conformance");
  }

  @Test
  void spiUsesJavaBaseOnly() {
    holds(ArchitectureRules.usesOnlyJavaBaseAnd(SPI));
    complains(ArchitectureRules.usesOnlyJavaBaseAnd(CPU, SPI), "jdk.incubator.vector");
  }

  @Test
  void cpuBackendUsesTheJdkOnly() {
    holds(ArchitectureRules.usesOnlyJavaBaseAnd(CPU, SPI, VECTOR_API, JVM_MANAGEMENT));
    complains(ArchitectureRules.usesOnlyJavaBaseAnd(NN, SPI), "com.fasterxml.jackson");
  }

  @Test
  void openClBackendUsesTheJdkAndJoclOnly() {
    holds(ArchitectureRules.usesOnlyJavaBaseAnd(OPENCL, SPI, JOCL));
    complains(ArchitectureRules.usesOnlyJavaBaseAnd(OPENCL, SPI), "org.jocl");
  }

  @Test
  void oracleUsesJavaBaseOnly() {
    holds(ArchitectureRules.usesOnlyJavaBaseAnd(ORACLE));
    complains(ArchitectureRules.usesOnlyJavaBaseAnd(CONFORMANCE), "com.fasterxml.jackson");
  }

  @Test
  void vectorApiStaysInTheCpuBackend() {
    holds(ArchitectureRules.confinesLibrary(VECTOR_API, CPU));
    complains(ArchitectureRules.confinesLibrary(VECTOR_API, NN), "org.polyak.cpu");
  }

  @Test
  void joclStaysBehindTheDriversHandles() {
    holds(ArchitectureRules.confinesLibrary(JOCL, DRIVER));
    complains(ArchitectureRules.confinesLibrary(JOCL, CPU), "org.polyak.opencl.driver");
  }

  @Test
  void guiceStaysInAssembly() {
    ArchRule rule = ArchitectureRules.confinesLibrary(GUICE, "org.polyak.nn.inject..", TASKS);
    holds(rule);
    complains(rule, Offenders.KnowsInjector.class);
  }

  @Test
  void jmhStaysWhereMeasuringIsDone() {
    holds(ArchitectureRules.confinesLibrary(JMH, "org.polyak.bench.measure.."));
    complains(ArchitectureRules.confinesLibrary(JMH, TASKS), "org.polyak.bench.measure");
  }

  /** The suite asks for JUnit optionally: certify runs without it. */
  @Test
  void junitStaysBesideTheTestClassOfBackends() {
    holds(ArchitectureRules.confinesLibrary(JUNIT, "org.polyak.conformance"));
    complains(ArchitectureRules.confinesLibrary(JUNIT, TASKS), "BackendConformanceTest");
  }

  @Test
  void thereIsNoStaticMutableState() {
    holds(ArchitectureRules.staticFieldsAreFinal());
    complains(ArchitectureRules.staticFieldsAreFinal(), Offenders.KeepsStaticState.class);
    holds(ArchitectureRules.staticFieldsHoldNothingThatChanges());
    complains(
        ArchitectureRules.staticFieldsHoldNothingThatChanges(), Offenders.KeepsStaticCounter.class);
  }

  @Test
  void nobodyWritesSystemProperties() {
    holds(ArchitectureRules.systemPropertiesAreNotWritten());
    complains(
        ArchitectureRules.systemPropertiesAreNotWritten(), Offenders.WritesSystemProperty.class);
  }

  /** The two that read settings choose cases and find golden files. */
  @Test
  void nothingOutsideTheCatalogueMovesABound() {
    holds(
        ArchitectureRules.settingsAreReadOnlyBy(
            CONFORMANCE,
            "org.polyak.conformance.BackendConformanceTest",
            "org.polyak.conformance.golden.GoldenDirectory"));
    complains(
        ArchitectureRules.settingsAreReadOnlyBy("org.polyak.architecture.."),
        Offenders.ReadsEnvironment.class);
  }

  @Test
  void nobodyMakesAnUnsupportedOperationException() {
    holds(ArchitectureRules.nothingIsUnsupported());
    complains(ArchitectureRules.nothingIsUnsupported(), Offenders.RefusesToWork.class);
  }

  @Test
  void everyPackageIsNullMarked() {
    holds(ArchitectureRules.packagesAreNullMarked());
    complains(ArchitectureRules.packagesAreNullMarked(), Offenders.RefusesToWork.class);
  }

  private static void holds(ArchRule rule) {
    rule.check(HOUSE);
  }

  private static void complains(ArchRule rule, String about) {
    assertThat(rule.evaluate(HOUSE).getFailureReport().toString()).contains(about);
  }

  private static void complains(ArchRule rule, Class<?> offender) {
    JavaClasses offenders = new ClassFileImporter().importClasses(offender);
    assertThat(rule.evaluate(offenders).getFailureReport().toString()).contains(offender.getName());
  }
}
