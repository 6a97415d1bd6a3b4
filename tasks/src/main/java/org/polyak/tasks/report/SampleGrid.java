package org.polyak.tasks.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.polyak.tasks.io.OutputFiles;

/**
 * Grey images side by side.
 *
 * @param edge pixels along an edge of each image
 * @param images {@code edge²} bytes each, row by row, 0 black
 */
public record SampleGrid(int edge, List<byte[]> images) {
  private static final int ENLARGEMENT = 3;

  /** More are shown as they are, so that the picture can still be looked at. */
  private static final int MOST_ENLARGED = 1024;

  private static final int PAPER = 0xffffff;

  /** Checks the sizes. */
  public SampleGrid {
    images = List.copyOf(images);
    for (byte[] image : images) {
      if (image.length != edge * edge) {
        throw new IllegalArgumentException(
            "An image of %d pixels is not %d pixels square.".formatted(image.length, edge));
      }
    }
    if (images.isEmpty()) {
      throw new IllegalArgumentException("A grid needs at least one image.");
    }
  }

  /** Writes the grid as PNG, about as wide as high. */
  public void write(Path file) {
    byte[] png = png();
    OutputFiles.write(file, out -> out.write(png));
  }

  /** The grid as PNG. */
  byte[] png() {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(draw(), "png", png);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot encode a picture.", e);
    }
    return png.toByteArray();
  }

  BufferedImage draw() {
    int columns = (int) Math.ceil(Math.sqrt(images.size()));
    int rows = (images.size() + columns - 1) / columns;
    int enlargement = images.size() <= MOST_ENLARGED ? ENLARGEMENT : 1;
    int gap = 2 * enlargement;
    int pitch = edge * enlargement + gap;
    int width = columns * pitch + gap;
    BufferedImage picture =
        new BufferedImage(width, rows * pitch + gap, BufferedImage.TYPE_INT_RGB);
    int[] line = new int[width];
    for (int y = 0; y < picture.getHeight(); y++) {
      Arrays.fill(line, PAPER);
      int row = (y - gap) / pitch;
      int inside = (y - gap) % pitch;
      if (y >= gap && inside < edge * enlargement) {
        int end = Math.min(images.size(), (row + 1) * columns);
        for (int i = row * columns; i < end; i++) {
          int left = gap + i % columns * pitch;
          paint(line, left, images.get(i), inside / enlargement * edge, enlargement);
        }
      }
      picture.getRaster().setDataElements(0, y, width, 1, line);
    }
    return picture;
  }

  /** A row of an image, which begins at {@code from}. */
  private void paint(int[] line, int left, byte[] image, int from, int enlargement) {
    for (int x = 0; x < edge * enlargement; x++) {
      line[left + x] = (image[from + x / enlargement] & 0xff) * 0x010101;
    }
  }
}
