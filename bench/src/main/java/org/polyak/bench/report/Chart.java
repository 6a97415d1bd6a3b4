package org.polyak.bench.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.GraphicsEnvironment;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.Axis;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.Plot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.RectangleAnchor;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.Range;
import org.jfree.data.category.CategoryDataset;
import org.jfree.data.general.DatasetUtils;
import org.jfree.data.xy.XYDataset;

/** Pictures of a report, as PNG. */
final class Chart {
  private static final int WIDTH = 1000;

  /** Pixels per unit of length: pictures stay sharp when enlarged. */
  private static final int SCALE = 2;

  private static final Color TEXT = new Color(0x22, 0x26, 0x2b);
  private static final Color GRID = new Color(0xe3, 0xe6, 0xea);

  /** Told apart with any colour vision (Okabe and Ito). */
  private static final List<Color> COLORS =
      List.of(
          new Color(0x00, 0x72, 0xb2),
          new Color(0xe6, 0x9f, 0x00),
          new Color(0x00, 0x9e, 0x73),
          new Color(0xd5, 0x5e, 0x00),
          new Color(0xcc, 0x79, 0xa7),
          new Color(0x56, 0xb4, 0xe9));

  private Chart() {}

  /** Whether Java finds the fonts without which it cannot draw text. */
  static boolean canDraw() {
    try {
      return GraphicsEnvironment.getLocalGraphicsEnvironment().getAvailableFontFamilyNames().length
          > 0;
    } catch (RuntimeException e) {
      // The JDK's own "Fontconfig head is null": a machine without fontconfig or without fonts.
      return false;
    }
  }

  /** Horizontal bars, one colour for each row of the data. */
  static byte[] bars(String label, CategoryDataset data) {
    BarRenderer renderer = new BarRenderer();
    renderer.setBarPainter(new StandardBarPainter());
    renderer.setShadowVisible(false);
    renderer.setMaximumBarWidth(0.1);
    for (int row = 0; row < data.getRowCount(); row++) {
      renderer.setSeriesPaint(row, COLORS.get(row % COLORS.size()));
    }
    CategoryAxis categories = new CategoryAxis();
    categories.setMaximumCategoryLabelWidthRatio(0.5f);
    CategoryPlot plot = new CategoryPlot(data, categories, new NumberAxis(label), renderer);
    plot.setOrientation(PlotOrientation.HORIZONTAL);
    plot.setRangeGridlinePaint(GRID);
    style(plot, categories, plot.getRangeAxis());
    int bars = data.getColumnCount() * Math.max(1, data.getRowCount());
    return draw(plot, data.getRowCount() > 1, 110 + 22 * bars);
  }

  /**
   * Lines through points on logarithmic axes, one for each series.
   *
   * @param marks places on the horizontal axis that are pointed out, with what is there
   */
  static byte[] lines(String xLabel, String yLabel, XYDataset data, Map<String, Double> marks) {
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer();
    for (int series = 0; series < data.getSeriesCount(); series++) {
      renderer.setSeriesPaint(series, COLORS.get(series % COLORS.size()));
      renderer.setSeriesStroke(series, new BasicStroke(2.2f));
    }
    LogAxis x = axis(xLabel, 2, "#,##0");
    LogAxis y = axis(yLabel, 10, "#,##0.#########");
    Range values = DatasetUtils.findRangeBounds(data);
    if (values != null && values.getUpperBound() < 10 * values.getLowerBound()) {
      // Between them might lie no power of ten.
      y.setRange(values.getLowerBound() / 10, values.getUpperBound() * 10);
    }
    XYPlot plot = new XYPlot(data, x, y, renderer);
    plot.setDomainGridlinePaint(GRID);
    plot.setRangeGridlinePaint(GRID);
    style(plot, x, y);
    int row = 0;
    for (Map.Entry<String, Double> mark : marks.entrySet()) {
      plot.addDomainMarker(marker(mark.getKey(), mark.getValue(), row++, x.getRange()));
    }
    return draw(plot, true, 520);
  }

  /** With a number at each power of the base. */
  private static LogAxis axis(String label, double base, String format) {
    LogAxis axis = new LogAxis(label);
    axis.setBase(base);
    axis.setTickUnit(new NumberTickUnit(1));
    axis.setNumberFormatOverride(
        new DecimalFormat(format, DecimalFormatSymbols.getInstance(Locale.ROOT)));
    return axis;
  }

  /**
   * A line with its text below the top, the texts of several one below the other, on the side where
   * there is more room.
   *
   * @param axis logarithmic
   */
  private static ValueMarker marker(String text, double place, int row, Range axis) {
    float[] dashes = {5, 4};
    ValueMarker marker =
        new ValueMarker(
            place,
            TEXT,
            new BasicStroke(1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 0, dashes, 0));
    marker.setLabel(text);
    marker.setLabelFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    marker.setLabelPaint(TEXT);
    marker.setLabelBackgroundColor(Color.WHITE);
    boolean isLeft = place * place < axis.getLowerBound() * axis.getUpperBound();
    marker.setLabelAnchor(isLeft ? RectangleAnchor.TOP_RIGHT : RectangleAnchor.TOP_LEFT);
    marker.setLabelTextAnchor(isLeft ? TextAnchor.TOP_LEFT : TextAnchor.TOP_RIGHT);
    marker.setLabelOffset(new RectangleInsets(6 + 18 * row, 6, 0, 6));
    return marker;
  }

  private static void style(Plot plot, Axis... axes) {
    plot.setBackgroundPaint(Color.WHITE);
    plot.setOutlineVisible(false);
    for (Axis axis : axes) {
      axis.setLabelFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
      axis.setTickLabelFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
      axis.setLabelPaint(TEXT);
      axis.setTickLabelPaint(TEXT);
    }
  }

  private static byte[] draw(Plot plot, boolean legend, int height) {
    JFreeChart chart = new JFreeChart(null, JFreeChart.DEFAULT_TITLE_FONT, plot, legend);
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(8, 8, 8, 16));
    BufferedImage image =
        new BufferedImage(WIDTH * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.scale(SCALE, SCALE);
      chart.draw(graphics, new Rectangle2D.Double(0, 0, WIDTH, height));
    } finally {
      graphics.dispose();
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", png);
    } catch (IOException e) {
      throw new UncheckedIOException("Memory takes every byte.", e);
    }
    return png.toByteArray();
  }
}
