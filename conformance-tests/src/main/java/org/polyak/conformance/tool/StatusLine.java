package org.polyak.conformance.tool;

import java.io.Console;
import java.io.PrintWriter;

/** What is under way, in one line that a terminal overwrites, and lines that stay. */
public final class StatusLine {
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintWriter out;
  private final boolean interactive;

  /**
   * A line that shows nothing yet.
   *
   * @param out where to
   * @param interactive whether a person watches: only then anything is overwritten
   */
  public StatusLine(PrintWriter out, boolean interactive) {
    this.out = out;
    this.interactive = interactive;
  }

  /** Whether a person watches what this process prints. */
  @SuppressWarnings("SystemConsoleNull") // it is null again in JDK 25, whose default is java.base
  public static boolean isWatched() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Whether a person watches. */
  public boolean interactive() {
    return interactive;
  }

  /** Shows what is under way, where a person watches. */
  public void show(String text) {
    if (interactive) {
      out.print(CLEAR_LINE + text);
      out.flush();
    }
  }

  /** Prints a line that stays. */
  public void print(String text) {
    out.println((interactive ? CLEAR_LINE : "") + text);
    out.flush();
  }

  /** Leaves a clean line behind. */
  public void clear() {
    show("");
  }
}
