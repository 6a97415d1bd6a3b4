package org.polyak.conformance.certificate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.polyak.conformance.Findings;

/**
 * A table of text.
 *
 * @param header the columns' names
 * @param rows as many cells each
 */
record Table(List<String> header, List<List<String>> rows) {
  /** How attention runs: one row for each variant, one column for each schedule. */
  static Table attention(List<FusedAnswer> answers) {
    List<FusedAnswer> attention =
        answers.stream().filter(answer -> !answer.schedule().isEmpty()).toList();
    List<String> schedules = attention.stream().map(FusedAnswer::schedule).distinct().toList();
    Map<String, Map<String, String>> variants = new LinkedHashMap<>();
    for (FusedAnswer answer : attention) {
      variants
          .computeIfAbsent(answer.variant(), none -> new LinkedHashMap<>())
          .put(answer.schedule(), answer.describe());
    }
    List<String> header = new ArrayList<>(List.of("attention"));
    header.addAll(schedules);
    List<List<String>> rows = new ArrayList<>();
    variants.forEach((variant, bySchedule) -> {
      List<String> row = new ArrayList<>(List.of(variant));
      schedules.forEach(schedule -> row.add(bySchedule.getOrDefault(schedule, "–")));
      rows.add(row);
    });
    return new Table(header, rows);
  }

  /** How every other operation runs: one row for each variant. */
  static Table others(List<FusedAnswer> answers) {
    return new Table(
        List.of("operation", "variant", "runs"),
        answers.stream()
            .filter(answer -> answer.schedule().isEmpty())
            .map(answer -> List.of(answer.operation(), answer.variant(), answer.describe()))
            .toList());
  }

  /** The cases that came closest to their bounds. */
  static Table tightest(Findings findings) {
    return new Table(
        List.of("case", "title", "headroom", "worst comparison"),
        findings.tightest(Facts.TIGHTEST).stream()
            .map(result ->
                List.of(
                    result.subject().id(),
                    result.subject().title(),
                    Facts.headroom(result),
                    Facts.worst(result)))
            .toList());
  }

  /** The golden files that could not be replayed. */
  static Table unknown(GoldenReport golden) {
    return new Table(
        List.of("case", "operation", "reason"),
        golden.unknown().stream()
            .map(replay -> List.of(replay.caseId(), replay.operation(), replay.reason()))
            .toList());
  }
}
