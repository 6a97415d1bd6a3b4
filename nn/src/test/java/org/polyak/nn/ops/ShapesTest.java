package org.polyak.nn.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.polyak.spi.Shape;

class ShapesTest {
  private final Shapes shapes = new Shapes();

  @Test
  void equalExtentsGiveOneObject() {
    Shape first = shapes.of(2, 3, 4);
    assertThat(shapes.of(2, 3, 4)).isSameAs(first);
    assertThat(shapes.with(shapes.of(2, 3, 5), -1, 4)).isSameAs(first);
    assertThat(shapes.with(first, 1, 3)).isSameAs(first);
  }

  @Test
  void shapesThatShareAPlaceStayApart() {
    for (int rows = 0; rows < 100; rows++) {
      for (int columns = 0; columns < 100; columns++) {
        assertThat(shapes.of(rows, columns)).isEqualTo(Shape.of(rows, columns));
      }
    }
    assertThat(shapes.of()).isEqualTo(Shape.of());
  }
}
