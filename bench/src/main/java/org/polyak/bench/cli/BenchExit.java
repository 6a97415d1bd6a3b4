package org.polyak.bench.cli;

/**
 * What {@code polyak bench} tells its caller. The codes mean what they mean for the other commands
 * of {@code polyak}.
 */
enum BenchExit {
  OK(0, "done: every load was measured"),
  RUN_FAILED(1, "a load failed, the backend is wrong (the gate names the cases), or a bug"),
  USAGE(2, "wrong use of the command line, or an impossible setting"),
  BACKEND_UNAVAILABLE(3, "the backend that was asked for cannot start, or its peers are not there"),
  RUN_UNUSABLE(4, "a run to compare is missing or damaged"),
  OUTPUT_UNWRITABLE(5, "the results cannot be written: no permission, a full disk, no fonts"),
  INTERRUPTED(130, "interrupted (Ctrl-C); nothing was written");

  private final int code;
  private final String meaning;

  BenchExit(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  int code() {
    return code;
  }

  String meaning() {
    return meaning;
  }
}
