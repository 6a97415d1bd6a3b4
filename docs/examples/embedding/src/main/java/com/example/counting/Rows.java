package com.example.counting;

import java.util.random.RandomGenerator;

/**
 * Rows of numbers that count on a ring: each begins anywhere and goes on in steps that its first
 * two numbers give away.
 *
 * @param inputs the numbers, row by row
 * @param targets the number that follows each; −1, not scored, where nobody could know
 */
record Rows(int[] inputs, int[] targets) {
  static final int NUMBERS = 11;
  static final int LENGTH = 12;

  static Rows draw(int count, RandomGenerator random) {
    int[] inputs = new int[count * LENGTH];
    int[] targets = new int[count * LENGTH];
    for (int row = 0; row < count; row++) {
      int start = random.nextInt(NUMBERS);
      int step = random.nextInt(NUMBERS);
      for (int i = 0; i < LENGTH; i++) {
        inputs[row * LENGTH + i] = (start + i * step) % NUMBERS;
        targets[row * LENGTH + i] = i == 0 ? -1 : (start + (i + 1) * step) % NUMBERS;
      }
    }
    return new Rows(inputs, targets);
  }
}
