package org.polyak.conformance.certificate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.Map;
import org.polyak.conformance.CaseResult;
import org.polyak.conformance.ConformanceCase;
import org.polyak.conformance.Discrepancy;
import org.polyak.conformance.Findings;
import org.polyak.conformance.Level;
import org.polyak.conformance.Samples;

/**
 * A certificate as JSON, for programs. Fields keep their names, meanings and order within a version
 * of the suite:
 *
 * <ul>
 *   <li>{@code outcome}: CERTIFIED, PARTIAL or FAILED
 *   <li>{@code suite}: its version, the fingerprint of its catalogue, the version of the backend
 *       contract, the version of Polyak
 *   <li>{@code backend}: id, device, driver, precision, threads, options, details
 *   <li>{@code machine} and {@code run}: where, when, how long, with which command and seeds
 *   <li>{@code counts}, {@code chapters}, {@code tightest}: sums over the cases
 *   <li>{@code fused}: how each operation that may be fused runs, and why where it does not
 *   <li>{@code golden}: null, or directory, number of files, their fingerprint, and what could not
 *       be replayed
 *   <li>{@code cases}: every case of the catalogue and of the golden files; {@code result} is
 *       passed, failed or missing, {@code headroom} the worst error over its bound
 * </ul>
 *
 * A headroom that is not finite is a string, as JSON has no such number.
 */
final class JsonWriter {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private JsonWriter() {}

  static String write(Certificate certificate) {
    ObjectNode root = JSON.createObjectNode();
    root.put("outcome", certificate.outcome().name());
    root.putObject("suite")
        .put("version", certificate.suiteVersion())
        .put("fingerprint", certificate.fingerprint())
        .put("spiVersion", certificate.spiVersion())
        .put("polyak", certificate.program());
    backend(root.putObject("backend"), certificate);
    machine(root.putObject("machine"), certificate.machine());
    root.putObject("run")
        .put("start", certificate.start().toString())
        .put("seconds", certificate.duration().toMillis() * 1e-3)
        .put("command", certificate.command())
        .put("seeds", Samples.ORIGIN);
    Findings findings = certificate.findings();
    counts(root.putObject("counts"), findings);
    ArrayNode chapters = root.putArray("chapters");
    for (Findings.ChapterFindings chapter : findings.chapters()) {
      ObjectNode node = chapters.addObject();
      node.put("chapter", chapter.chapter().title());
      counts(node, chapter.findings());
      chapter
          .worst()
          .ifPresent(worst ->
              node.put("worstHeadroom", worst.verdict().headroom())
                  .put("worstCase", worst.subject().id()));
    }
    ArrayNode tightest = root.putArray("tightest");
    findings
        .tightest(Facts.TIGHTEST)
        .forEach(result -> worst(tightest.addObject().put("id", result.subject().id()), result));
    ArrayNode fused = root.putArray("fused");
    for (FusedAnswer answer : certificate.fused()) {
      fused
          .addObject()
          .put("operation", answer.operation())
          .put("variant", answer.variant())
          .put("schedule", answer.schedule())
          .put("fused", answer.fused())
          .put("reason", answer.reason());
    }
    golden(root, certificate);
    ArrayNode cases = root.putArray("cases");
    findings.results().forEach(result -> ran(cases.addObject(), result));
    findings.missing().forEach(one -> describe(cases.addObject(), one, "missing"));
    try {
      return JSON.writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree of JSON nodes can always be written.", e);
    }
  }

  private static void backend(ObjectNode node, Certificate certificate) {
    node.put("id", certificate.backend().backend())
        .put("device", certificate.backend().device())
        .put("driver", certificate.backend().driver())
        .put("precision", certificate.backend().precision())
        .put("threads", certificate.backend().threads())
        .put("origin", certificate.origin());
    strings(node.putObject("options"), certificate.options());
    strings(node.putObject("details"), certificate.backend().details());
  }

  private static void machine(ObjectNode node, Machine machine) {
    node.put("system", machine.system())
        .put("processors", machine.processors())
        .put("java", machine.java())
        .put("virtualMachine", machine.virtualMachine());
    strings(node.putArray("flags"), machine.flags());
    node.put("heapBytes", machine.heapBytes());
  }

  private static void counts(ObjectNode node, Findings findings) {
    node.put("cases", findings.total())
        .put("ran", findings.results().size())
        .put("passed", findings.passed())
        .put("failedMust", findings.failures(Level.MUST).size())
        .put("failedShould", findings.failures(Level.SHOULD).size())
        .put("missing", findings.missing().size());
  }

  private static void golden(ObjectNode root, Certificate certificate) {
    if (certificate.golden().isEmpty()) {
      root.putNull("golden");
      return;
    }
    GoldenReport golden = certificate.golden().get();
    ObjectNode node = root.putObject("golden");
    node.put("directory", golden.directory())
        .put("files", golden.files())
        .put("fingerprint", golden.fingerprint());
    ArrayNode unknown = node.putArray("unknown");
    golden
        .unknown()
        .forEach(replay ->
            unknown
                .addObject()
                .put("id", replay.caseId())
                .put("file", replay.file())
                .put("operation", replay.operation())
                .put("reason", replay.reason()));
  }

  private static ObjectNode describe(ObjectNode node, ConformanceCase one, String result) {
    return node.put("id", one.id())
        .put("level", one.level().name())
        .put("chapter", one.chapter().title())
        .put("title", one.title())
        .put("definition", one.definition().statement())
        .put("source", one.definition().source())
        .put("result", result);
  }

  private static void ran(ObjectNode node, CaseResult result) {
    describe(node, result.subject(), result.passed() ? "passed" : "failed");
    node.put("seconds", result.duration().toNanos() * 1e-9);
    worst(node, result);
    strings(node.putArray("failures"), result.verdict().failures());
    strings(node.putObject("execution"), result.verdict().execution());
    node.put("rerun", result.verdict().rerun());
  }

  private static void worst(ObjectNode node, CaseResult result) {
    Discrepancy worst = result.verdict().worst();
    if (worst != null) {
      node.put("headroom", worst.headroom());
      ObjectNode comparison = node.putObject("worst");
      comparison.put("tensor", worst.tensor());
      ArrayNode index = comparison.putArray("index");
      worst.index().forEach(index::add);
      comparison.put("got", worst.got()).put("want", worst.want()).put("bound", worst.bound());
    }
  }

  private static void strings(ObjectNode node, Map<String, String> values) {
    values.forEach(node::put);
  }

  private static void strings(ArrayNode node, Collection<String> values) {
    values.forEach(node::add);
  }
}
