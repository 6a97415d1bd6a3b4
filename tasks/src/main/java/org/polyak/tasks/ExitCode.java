package org.polyak.tasks;

/** What the {@code polyak} command tells its caller: one code for each kind of ending. */
public enum ExitCode {
  /** The command did what it was asked to do. */
  OK(0, "done"),
  /** The run itself failed, for example with a loss that is not a number or a lost device. */
  RUN_FAILED(1, "the run failed (a NaN loss, a failing device), or polyak has a bug"),
  /** Wrong use of the command line, or a setting that is unknown or impossible. */
  USAGE(2, "wrong use of the command line, or an unknown or impossible setting"),
  /** The backend that was asked for cannot start. */
  BACKEND_UNAVAILABLE(3, "the backend that was asked for cannot start"),
  /** A data set is missing, cut short, corrupt or cannot be fetched. */
  DATA_UNUSABLE(4, "a data set is missing, corrupt or cannot be fetched"),
  /** A result cannot be written: no permission, or no space. */
  OUTPUT_UNWRITABLE(5, "a result cannot be written: no permission, a full disk, no fonts"),
  /** A checkpoint is missing, damaged, newer than this program or of another model. */
  CHECKPOINT_UNUSABLE(6, "a checkpoint is missing, damaged or of another model"),
  /** Stopped from outside; the last checkpoint is kept. */
  INTERRUPTED(130, "interrupted (Ctrl-C); the last checkpoint is kept");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  /** The number that the process ends with. */
  public int code() {
    return code;
  }

  /** The line of the help text. */
  public String meaning() {
    return meaning;
  }
}
