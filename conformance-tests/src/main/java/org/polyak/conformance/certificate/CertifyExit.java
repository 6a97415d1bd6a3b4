package org.polyak.conformance.certificate;

import org.polyak.conformance.Outcome;

/**
 * What {@code polyak certify} tells its caller. The codes from 3 to 5 mean what they mean for the
 * other commands of {@code polyak}; those for mistakes cannot be taken for an outcome.
 */
enum CertifyExit {
  CERTIFIED(0, "CERTIFIED: every case ran, and every binding one passed"),
  FAILED(1, "FAILED: a binding case failed"),
  PARTIAL(2, "PARTIAL: no binding case failed, but not everything was tried"),
  BACKEND_UNAVAILABLE(3, "the backend that was asked for cannot start, or not as asked"),
  GOLDEN_UNUSABLE(4, "the golden files are missing or damaged"),
  OUTPUT_UNWRITABLE(5, "the certificate cannot be written"),
  USAGE(64, "wrong use of the command line"),
  BUG(70, "polyak has a bug"),
  INTERRUPTED(130, "interrupted (Ctrl-C); nothing was written");

  private final int code;
  private final String meaning;

  CertifyExit(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  static CertifyExit of(Outcome outcome) {
    return switch (outcome) {
      case CERTIFIED -> CERTIFIED;
      case PARTIAL -> PARTIAL;
      case FAILED -> FAILED;
    };
  }

  int code() {
    return code;
  }

  String meaning() {
    return meaning;
  }
}
