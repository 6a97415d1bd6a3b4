package org.polyak.tasks.report;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
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
  private static final int GAP = 6;
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
    BufferedImage picture = draw();
    OutputFiles.write(file, out -> ImageIO.write(picture, "png", out));
  }

  BufferedImage draw() {
    int columns = (int) Math.ceil(Math.sqrt(images.size()));
    int rows = (images.size() + columns - 1) / columns;
    int pitch = edge * ENLARGEMENT + GAP;
    BufferedImage picture =
        new BufferedImage(columns * pitch + GAP, rows * pitch + GAP, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        picture.setRGB(x, y, PAPER);
      }
    }
    for (int i = 0; i < images.size(); i++) {
      paint(picture, images.get(i), GAP + i % columns * pitch, GAP + i / columns * pitch);
    }
    return picture;
  }

  private void paint(BufferedImage picture, byte[] image, int left, int top) {
    for (int y = 0; y < edge * ENLARGEMENT; y++) {
      for (int x = 0; x < edge * ENLARGEMENT; x++) {
        int grey = image[y / ENLARGEMENT * edge + x / ENLARGEMENT] & 0xff;
        picture.setRGB(left + x, top + y, grey * 0x010101);
      }
    }
  }
}
