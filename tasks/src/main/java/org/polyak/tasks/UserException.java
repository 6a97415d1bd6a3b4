package org.polyak.tasks;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Something that the user can mend. The message is one paragraph: what failed, where the value came
 * from, why, and what to do. The command line prints it without a stack trace and ends with {@link
 * #exitCode()}.
 */
public abstract sealed class UserException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  private UserException(ExitCode exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  private UserException(ExitCode exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** The code that the process ends with. */
  public ExitCode exitCode() {
    return exitCode;
  }

  /** A setting, an option or an argument is unknown, malformed or impossible. */
  public static final class Usage extends UserException {
    @Serial private static final long serialVersionUID = 1L;

    /** With the whole paragraph. */
    public Usage(String message) {
      super(ExitCode.USAGE, message);
    }

    /** With the whole paragraph and the failure behind it. */
    public Usage(String message, Throwable cause) {
      super(ExitCode.USAGE, message, cause);
    }
  }

  /** A data set is missing, cut short, corrupt or cannot be fetched. */
  public static final class Data extends UserException {
    @Serial private static final long serialVersionUID = 1L;

    /** With the whole paragraph. */
    public Data(String message) {
      super(ExitCode.DATA_UNUSABLE, message);
    }

    /** With the whole paragraph and the failure behind it. */
    public Data(String message, @Nullable Throwable cause) {
      super(ExitCode.DATA_UNUSABLE, message, cause);
    }
  }

  /** A result cannot be written. */
  public static final class Output extends UserException {
    @Serial private static final long serialVersionUID = 1L;

    /** With the whole paragraph. */
    public Output(String message) {
      super(ExitCode.OUTPUT_UNWRITABLE, message, null);
    }

    /** With the whole paragraph and the failure behind it. */
    public Output(String message, Throwable cause) {
      super(ExitCode.OUTPUT_UNWRITABLE, message, cause);
    }
  }

  /** A checkpoint is missing, damaged, newer than this program or of another model. */
  public static final class Checkpoint extends UserException {
    @Serial private static final long serialVersionUID = 1L;

    /** With the whole paragraph. */
    public Checkpoint(String message) {
      super(ExitCode.CHECKPOINT_UNUSABLE, message);
    }

    /** With the whole paragraph and the failure behind it. */
    public Checkpoint(String message, Throwable cause) {
      super(ExitCode.CHECKPOINT_UNUSABLE, message, cause);
    }
  }

  /** The backend that was asked for cannot start. */
  public static final class Backend extends UserException {
    @Serial private static final long serialVersionUID = 1L;

    /** With the whole paragraph and the failure behind it. */
    public Backend(String message, Throwable cause) {
      super(ExitCode.BACKEND_UNAVAILABLE, message, cause);
    }
  }

  /** The run could not go on, for example because the loss is not a number. */
  public static final class Run extends UserException {
    @Serial private static final long serialVersionUID = 1L;

    /** With the whole paragraph. */
    public Run(String message) {
      super(ExitCode.RUN_FAILED, message);
    }
  }

  /** The run was stopped from outside. */
  public static final class Interrupted extends UserException {
    @Serial private static final long serialVersionUID = 1L;

    /** With the whole paragraph. */
    public Interrupted(String message) {
      super(ExitCode.INTERRUPTED, message);
    }
  }
}
