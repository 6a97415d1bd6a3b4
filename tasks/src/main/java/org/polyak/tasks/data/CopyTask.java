package org.polyak.tasks.data;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The synthetic copy task of the paper's section 4.1: after a word w and a separator, say w again.
 *
 * <p>The word's length n is uniform on the integers of [max/4, (max − 1)/2), its symbols are
 * uniform on 1..symbols; 0 is the separator and the filling. With {@link CopyLayout#RELEASED} the
 * sequence is {@code w 0 w 0 …}, with {@link CopyLayout#PRINTED} it is {@code 0 w 0 w 0 …}. The
 * target of a position is the next symbol, and 0 for the last position.
 *
 * @param symbols number of different symbols, at least 1
 * @param maximumLength length of every sequence, at least 5
 * @param layout where the words stand
 * @param mask which positions are scored
 */
public record CopyTask(int symbols, int maximumLength, CopyLayout layout, CopyMask mask) {
  /** Checks that words exist. */
  public CopyTask {
    if (symbols < 1) {
      throw new IllegalArgumentException("The copy task needs at least one symbol: " + symbols);
    }
    if (maximumLength < 5) {
      throw new IllegalArgumentException(
          "The copy task needs sequences of at least 5 tokens, not " + maximumLength + ".");
    }
  }

  /** Number of different tokens: the symbols, and 0. */
  public int vocabulary() {
    return symbols + 1;
  }

  /** The shortest word. */
  public int shortestWord() {
    return maximumLength / 4;
  }

  /** The longest word; two of them and their separators fit into a sequence. */
  public int longestWord() {
    return (maximumLength - 1) / 2 - 1;
  }

  /** Batches of {@code batchSize} sequences; batch i is drawn from stream i. */
  public BatchSource batches(int batchSize, RandomStreams streams) {
    return index -> draw(batchSize, streams.stream(index));
  }

  private TokenBatch draw(int batchSize, RandomGenerator random) {
    int size = batchSize * maximumLength;
    int[] inputs = new int[size];
    int[] targets = new int[size];
    float[] weights = new float[size];
    for (int row = 0; row < batchSize; row++) {
      int offset = row * maximumLength;
      int[] word = word(random);
      int first = offset + layout.start();
      int separator = first + word.length;
      System.arraycopy(word, 0, inputs, first, word.length);
      System.arraycopy(word, 0, inputs, separator + 1, word.length);
      System.arraycopy(inputs, offset + 1, targets, offset, maximumLength - 1);
      Arrays.fill(weights, separator - mask.before(), separator + word.length, 1f);
    }
    return new TokenBatch(batchSize, maximumLength, inputs, targets, weights);
  }

  private int[] word(RandomGenerator random) {
    int[] word = new int[random.nextInt(shortestWord(), longestWord() + 1)];
    for (int i = 0; i < word.length; i++) {
      word[i] = random.nextInt(1, symbols + 1);
    }
    return word;
  }
}
