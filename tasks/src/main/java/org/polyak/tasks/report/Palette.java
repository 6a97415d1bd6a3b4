package org.polyak.tasks.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/**
 * Colours that people with any colour vision tell apart (Okabe and Ito), with dashes and markers
 * that also tell the curves apart in black and white.
 */
final class Palette {
  static final Color TEXT = new Color(0x22, 0x26, 0x2b);
  static final Color QUIET_TEXT = new Color(0x5b, 0x63, 0x6d);
  static final Color GRID = new Color(0xe3, 0xe6, 0xea);
  static final Color AXIS = new Color(0xb4, 0xba, 0xc2);

  private Palette() {}

  static Color color(int index) {
    return switch (index % 7) {
      case 0 -> new Color(0x00, 0x72, 0xb2);
      case 1 -> new Color(0xe6, 0x9f, 0x00);
      case 2 -> new Color(0x00, 0x9e, 0x73);
      case 3 -> new Color(0xd5, 0x5e, 0x00);
      case 4 -> new Color(0xcc, 0x79, 0xa7);
      case 5 -> new Color(0x56, 0xb4, 0xe9);
      default -> new Color(0x22, 0x26, 0x2b);
    };
  }

  static Stroke stroke(int index) {
    float[][] dashes = {{}, {7, 3}, {2, 3}, {9, 3, 2, 3}, {12, 4}};
    float[] dash = dashes[index % dashes.length];
    return dash.length == 0
        ? new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
        : new BasicStroke(2.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10f, dash, 0f);
  }

  static Shape marker(int index) {
    return switch (index % 4) {
      case 0 -> new Ellipse2D.Double(-3.2, -3.2, 6.4, 6.4);
      case 1 -> new Rectangle2D.Double(-2.9, -2.9, 5.8, 5.8);
      case 2 -> polygon(0, -4, 3.7, 2.7, -3.7, 2.7);
      default -> polygon(0, -4, 4, 0, 0, 4, -4, 0);
    };
  }

  private static Shape polygon(double... points) {
    Path2D path = new Path2D.Double();
    path.moveTo(points[0], points[1]);
    for (int i = 2; i < points.length; i += 2) {
      path.lineTo(points[i], points[i + 1]);
    }
    path.closePath();
    return path;
  }
}
