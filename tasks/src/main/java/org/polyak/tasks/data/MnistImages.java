package org.polyak.tasks.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;
import org.polyak.tasks.UserException;

/**
 * Grey images as sequences of bytes, for generation pixel by pixel as in the paper's section 4.2:
 * position i reads byte i and predicts byte i + 1. The first byte is never predicted.
 */
public final class MnistImages {
  /** Edge of a canonical image. */
  public static final int EDGE = 28;

  private final int count;
  private final int pixels;
  private final byte[] bytes;

  /**
   * Takes the bytes over.
   *
   * @param count number of images
   * @param pixels bytes per image, row by row
   * @param bytes all images, one after the other
   */
  public MnistImages(int count, int pixels, byte[] bytes) {
    if (count < 1 || pixels < 2 || bytes.length != count * pixels) {
      throw new IllegalArgumentException(
          "%d images of %d pixels do not fit %d bytes.".formatted(count, pixels, bytes.length));
    }
    this.count = count;
    this.pixels = pixels;
    this.bytes = bytes;
  }

  /**
   * Reads an IDX file of 28×28 images.
   *
   * @param file plain or gzip
   * @param limit how many images to keep, from the first; 0 for all
   */
  public static MnistImages read(Path file, int limit) {
    IdxFile idx = IdxFile.read(file, 3);
    int[] sizes = idx.sizes();
    if (sizes[0] < 1 || sizes[1] != EDGE || sizes[2] != EDGE) {
      throw new UserException.Data(
          "The data file %s holds %d images of %dx%d pixels where MNIST has images of %dx%d."
              .formatted(file, sizes[0], sizes[1], sizes[2], EDGE, EDGE));
    }
    int kept = limit == 0 ? sizes[0] : Math.min(limit, sizes[0]);
    int pixels = EDGE * EDGE;
    return new MnistImages(kept, pixels, Arrays.copyOf(idx.bytes(), kept * pixels));
  }

  /** Number of images. */
  public int count() {
    return count;
  }

  /** Positions per sequence: one less than the pixels. */
  public int length() {
    return pixels - 1;
  }

  /**
   * Shuffled batches, epoch after epoch: every image comes once in each epoch, in an order drawn
   * from the stream numbered like the epoch. A batch may span two epochs.
   */
  public BatchSource shuffled(int batchSize, RandomStreams streams) {
    return new ShuffledBatches(batchSize, streams);
  }

  /** The images in their order, each once; the last batch may be smaller. */
  public EvaluationSet ordered(int batchSize) {
    return new EvaluationSet(
        (count + batchSize - 1) / batchSize,
        index -> {
          int from = Math.toIntExact(index * batchSize);
          return gather(Math.min(batchSize, count - from), slot -> from + slot);
        });
  }

  private TokenBatch gather(int batchSize, IntUnaryOperator imageOfSlot) {
    int length = length();
    int[] inputs = new int[batchSize * length];
    int[] targets = new int[batchSize * length];
    for (int slot = 0; slot < batchSize; slot++) {
      int image = imageOfSlot.applyAsInt(slot) * pixels;
      for (int i = 0; i < length; i++) {
        inputs[slot * length + i] = bytes[image + i] & 0xff;
        targets[slot * length + i] = bytes[image + i + 1] & 0xff;
      }
    }
    float[] mask = new float[batchSize * length];
    Arrays.fill(mask, 1f);
    return new TokenBatch(batchSize, length, inputs, targets, mask);
  }

  /** Keeps the order of the current epoch; a batch stays a pure function of its index. */
  private final class ShuffledBatches implements BatchSource {
    private final int batchSize;
    private final RandomStreams streams;
    private final int[] order = new int[count];
    private long epochOfOrder = -1;

    private ShuffledBatches(int batchSize, RandomStreams streams) {
      this.batchSize = batchSize;
      this.streams = streams;
    }

    @Override
    public TokenBatch batch(long index) {
      return gather(batchSize, slot -> imageAt(index * batchSize + slot));
    }

    private int imageAt(long position) {
      long epoch = position / count;
      if (epoch != epochOfOrder) {
        shuffle(streams.stream(epoch));
        epochOfOrder = epoch;
      }
      return order[(int) (position % count)];
    }

    private void shuffle(RandomGenerator random) {
      Arrays.setAll(order, i -> i);
      for (int i = count - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int held = order[i];
        order[i] = order[j];
        order[j] = held;
      }
    }
  }
}
