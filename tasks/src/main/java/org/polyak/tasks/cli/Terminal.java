package org.polyak.tasks.cli;

import java.io.Console;
import java.io.PrintWriter;

/**
 * Where a command prints.
 *
 * @param out results
 * @param err errors and progress
 * @param interactive whether a person watches: lines may then be overwritten
 */
public record Terminal(PrintWriter out, PrintWriter err, boolean interactive) {
  /** The streams of this process. */
  @SuppressWarnings("SystemConsoleNull") // it is null again in JDK 25, whose default is java.base
  public static Terminal ofProcess() {
    Console console = System.console();
    return new Terminal(
        new PrintWriter(System.out, true, System.out.charset()),
        new PrintWriter(System.err, true, System.err.charset()),
        console != null && console.isTerminal());
  }
}
