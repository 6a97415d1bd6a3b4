package org.polyak.tasks.report;

import java.awt.GraphicsEnvironment;
import java.util.List;
import org.polyak.tasks.UserException;

/** The machine's fonts, without which Java cannot draw a picture with text. */
public final class Fonts {
  private Fonts() {}

  /** Names of the font families; empty where there is none, or no fontconfig to find them. */
  public static List<String> families() {
    try {
      return List.of(
          GraphicsEnvironment.getLocalGraphicsEnvironment().getAvailableFontFamilyNames());
    } catch (RuntimeException e) {
      // The JDK's own "Fontconfig head is null": a machine without fontconfig or without fonts.
      return List.of();
    }
  }

  /**
   * Does nothing where pictures can be drawn. Asked before a run, so that no training is lost.
   *
   * @param families what {@link #families} found
   * @throws UserException.Output when there are no fonts, with the remedy
   */
  public static void require(List<String> families) {
    if (families.isEmpty()) {
      throw new UserException.Output(
          "The learning curves cannot be drawn: Java finds no fonts on this machine. Install"
              + " fontconfig and a font (Debian: apt install fontconfig fonts-dejavu-core) and run"
              + " again.");
    }
  }
}
