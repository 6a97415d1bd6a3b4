package org.polyak.conformance.certificate;

import java.util.List;
import org.polyak.conformance.golden.GoldenCases;

/**
 * What was replayed from golden files.
 *
 * @param directory where they lay
 * @param files how many there were
 * @param fingerprint of their names and contents
 * @param unknown what no replay is known for
 */
public record GoldenReport(
    String directory, int files, String fingerprint, List<GoldenCases.UnknownReplay> unknown) {
  /** Copies the list. */
  public GoldenReport {
    unknown = List.copyOf(unknown);
  }
}
