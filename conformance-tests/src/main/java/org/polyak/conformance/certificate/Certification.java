package org.polyak.conformance.certificate;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.Catalogue;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.ConformanceCase;
import org.polyak.conformance.Outcome;
import org.polyak.conformance.Precision;
import org.polyak.conformance.SuiteRun;
import org.polyak.conformance.golden.GoldenCases;
import org.polyak.conformance.golden.GoldenDirectory;
import org.polyak.nn.session.BackendRegistry;
import org.polyak.nn.session.BackendSelection;
import org.polyak.nn.session.BackendSelectionException;
import org.polyak.nn.session.BackendSelector;
import org.polyak.nn.session.BackendSettings;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;

/**
 * One certification from request to certificate. Whatever can be found wrong is found before the
 * first case runs.
 */
final class Certification {
  static final String PRECISION = "precision";

  private final CertificationRequest request;
  private final BackendRegistry registry;
  private final InstantSource clock;

  Certification(CertificationRequest request, BackendRegistry registry, InstantSource clock) {
    this.request = request;
    this.registry = registry;
    this.clock = clock;
  }

  /**
   * Runs the suite, writes the certificate and prints its summary.
   *
   * @param progress makes the listener for the cases that will run
   * @throws CertifyException for what the user can mend; nothing is written then
   */
  Outcome run(Function<List<ConformanceCase>, Progress> progress, PrintWriter out) {
    CertificateFolder folder = CertificateFolder.at(request.folder());
    BackendSelector selector =
        new BackendSelector(registry, BackendOptions.of(request.allOptions()));
    BackendSelection selection = select(selector);
    Instant start = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    long begin = System.nanoTime();
    try (Backend backend = open(selector, selection)) {
      BackendInfo info = backend.info();
      Precision precision = precision(info, selection);
      @Nullable Path golden = request.golden();
      Optional<GoldenCases> vectors =
          golden == null ? Optional.empty() : Optional.of(readGolden(golden, precision));
      List<ConformanceCase> catalogue = Catalogue.cases();
      List<ConformanceCase> all = new ArrayList<>(catalogue);
      vectors.ifPresent(found -> all.addAll(found.all()));
      List<ConformanceCase> selected = select(all);
      SuiteRun run = new SuiteRun(backend, all, id -> request.rerun(selection.provider().id(), id));
      Progress shown = progress.apply(selected);
      run.run(selected, shown);
      shown.end();
      Certificate certificate =
          new Certificate(
              Catalogue.VERSION,
              Catalogue.fingerprint(catalogue),
              program(),
              BackendProvider.SPI_VERSION,
              info,
              selection.describe(),
              request.allOptions(),
              Machine.running(),
              start,
              Duration.ofNanos(System.nanoTime() - begin),
              request.command(selection.provider().id()),
              run.findings(),
              vectors.map(found ->
                  new GoldenReport(
                      String.valueOf(golden), found.files(), found.fingerprint(), found.unknown())),
              FusedSurvey.of(backend.fused()));
      folder.write(certificate);
      Summary.print(certificate, folder, out);
      return certificate.outcome();
    }
  }

  private List<ConformanceCase> select(List<ConformanceCase> all) {
    boolean wantsGolden =
        request.selection().chapters().contains(Chapter.GOLDEN)
            || request.selection().ids().stream().anyMatch(id -> id.startsWith("GOLD"));
    if (wantsGolden && request.golden() == null) {
      throw new CertifyException(
          CertifyExit.USAGE,
          "Golden cases were asked for, and there are no vectors. Name their folder with --golden DIR.");
    }
    try {
      return request.selection().from(all);
    } catch (IllegalArgumentException e) {
      throw new CertifyException(CertifyExit.USAGE, e.getMessage(), e);
    }
  }

  private static GoldenCases readGolden(Path directory, Precision precision) {
    if (!Files.isDirectory(directory)) {
      throw golden(
          "Golden folder %s (from --golden) %s. Name a folder of .safetensors files, or leave --golden out."
              .formatted(directory, Files.exists(directory) ? "is a file" : "does not exist"),
          null);
    }
    try {
      GoldenCases cases = GoldenCases.read(new GoldenDirectory(directory), precision);
      if (cases.files() == 0) {
        throw golden(
            "Golden folder %s (from --golden) holds no .safetensors file. Name another, or leave --golden out."
                .formatted(directory),
            null);
      }
      return cases;
    } catch (UncheckedIOException e) {
      throw golden(e.getMessage() + " Restore or remove it (folder from --golden).", e);
    }
  }

  private static CertifyException golden(String message, @Nullable Throwable cause) {
    return new CertifyException(CertifyExit.GOLDEN_UNUSABLE, message, cause);
  }

  private BackendSelection select(BackendSelector selector) {
    try {
      return selector.select(BackendSettings.ofProcess(request.backend(), null).resolve());
    } catch (BackendSelectionException e) {
      throw new CertifyException(CertifyExit.BACKEND_UNAVAILABLE, e.getMessage(), e);
    }
  }

  private Backend open(BackendSelector selector, BackendSelection selection) {
    String id = selection.provider().id();
    try {
      return selector.open(selection);
    } catch (BackendSelectionException e) {
      throw new CertifyException(CertifyExit.BACKEND_UNAVAILABLE, e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new CertifyException(
          CertifyExit.USAGE,
          "Backend '%s' refuses its settings %s: %s Change --option or --precision."
              .formatted(id, request.allOptions(), e.getMessage()),
          e);
    } catch (RuntimeException e) {
      throw new CertifyException(
          CertifyExit.BACKEND_UNAVAILABLE,
          "Backend '%s' (%s) failed to open: %s. Its maker should say a reason and a remedy; tell them, or choose another backend with --backend."
              .formatted(id, selection.describe(), e),
          e);
    }
  }

  private Precision precision(BackendInfo info, BackendSelection selection) {
    String wanted = request.allOptions().getOrDefault(PRECISION, info.precision());
    if (!wanted.equals(info.precision())) {
      throw new CertifyException(
          CertifyExit.BACKEND_UNAVAILABLE,
          "Backend '%s' (%s) opened with precision %s, not with the %s that --precision asks for. Ask for %s, or for another backend."
              .formatted(
                  info.backend(),
                  selection.describe(),
                  info.precision(),
                  wanted,
                  info.precision()));
    }
    try {
      return Precision.of(info.precision());
    } catch (IllegalArgumentException e) {
      throw new CertifyException(
          CertifyExit.BACKEND_UNAVAILABLE,
          "Backend '%s' (%s) cannot be judged: the suite has no bounds for what it reports. %s"
              .formatted(info.backend(), selection.describe(), e.getMessage()),
          e);
    }
  }

  /** The version of Polyak, from the module or else the jar; plain class files have none. */
  static String program() {
    Class<?> here = Certification.class;
    return Optional.ofNullable(here.getModule().getDescriptor())
        .flatMap(descriptor -> descriptor.rawVersion())
        .or(() -> Optional.ofNullable(here.getPackage().getImplementationVersion()))
        .orElse("development");
  }
}
