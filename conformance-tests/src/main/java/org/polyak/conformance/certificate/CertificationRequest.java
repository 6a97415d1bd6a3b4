package org.polyak.conformance.certificate;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.CaseSelection;
import org.polyak.conformance.Precision;

/**
 * What the command line asked for.
 *
 * @param backend id, when given
 * @param options settings of the backend
 * @param precision which the backend must then report, when given
 * @param selection the cases to run
 * @param golden folder of golden files, when given
 * @param folder where the certificate goes
 */
record CertificationRequest(
    @Nullable String backend,
    Map<String, String> options,
    @Nullable Precision precision,
    CaseSelection selection,
    @Nullable Path golden,
    Path folder) {
  /** The settings with the precision among them. */
  Map<String, String> allOptions() {
    Map<String, String> all = new LinkedHashMap<>(options);
    if (precision != null) {
      all.put(Certification.PRECISION, precision.id());
    }
    return all;
  }

  /** The command that repeats this request on a backend. */
  String command(String backendId) {
    StringBuilder command = start(backendId);
    if (golden != null) {
      command.append(" --golden ").append(quote(golden.toString()));
    }
    selection.chapters().stream()
        .sorted()
        .forEach(chapter -> command.append(" --chapter ").append(chapter.title()));
    selection.ids().forEach(id -> command.append(" --case ").append(quote(id)));
    return command.append(" --out ").append(quote(folder.toString())).toString();
  }

  /** The command that runs one case alone, into a folder of its own. */
  String rerun(String backendId, String caseId) {
    StringBuilder command = start(backendId);
    if (golden != null && caseId.startsWith("GOLD-")) {
      command.append(" --golden ").append(quote(golden.toString()));
    }
    command.append(" --case ").append(quote(caseId));
    return command.append(" --out ").append(quote(folder.resolve("rerun").toString())).toString();
  }

  private StringBuilder start(String backendId) {
    StringBuilder command = new StringBuilder("polyak certify --backend ").append(backendId);
    if (precision != null) {
      command.append(" --precision ").append(precision.id());
    }
    options.forEach(
        (name, value) -> command.append(" --option ").append(quote(name + "=" + value)));
    return command;
  }

  /** For a POSIX shell. */
  private static String quote(String argument) {
    return argument.matches("[\\w./:=@%+,-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }
}
