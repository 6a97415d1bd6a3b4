package org.polyak.tasks.config;

import org.polyak.tasks.data.CopyLayout;
import org.polyak.tasks.data.CopyMask;

/** What is learned, on which data. */
public sealed interface TaskConfig {
  /** The task's name on the command line. */
  String name();

  /**
   * The copy task.
   *
   * @param maxLength length of every sequence
   * @param symbols number of symbols
   * @param layout where the words stand
   * @param mask which positions are scored
   */
  record Copy(int maxLength, int symbols, CopyLayout layout, CopyMask mask) implements TaskConfig {
    @Override
    public String name() {
      return "copy";
    }
  }

  /**
   * Generation of MNIST images pixel by pixel.
   *
   * @param mixtures logistic components per pixel
   * @param trainImages how many images to train on; 0 for all
   * @param testImages how many images to test on; 0 for all
   */
  record Mnist(int mixtures, int trainImages, int testImages) implements TaskConfig {
    @Override
    public String name() {
      return "mnist";
    }
  }

  /**
   * A byte-level language model.
   *
   * @param path file or folder; empty for Tiny Shakespeare
   * @param context tokens per sequence
   * @param validationFraction the share of the text's end that is kept for validation
   */
  record Text(String path, int context, double validationFraction) implements TaskConfig {
    @Override
    public String name() {
      return "text";
    }
  }
}
