package org.polyak.tasks.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.polyak.tasks.io.OutputFiles;

/**
 * Draws the learning curves of one or several runs: training loss and evaluation metric, each
 * against steps and against seconds, with one legend.
 */
public final class LearningCurves {
  private static final int WIDTH = 1200;
  private static final int PANEL_HEIGHT = 390;
  private static final int MARGIN = 24;
  private static final int HEADER = 92;

  /** Pixels per unit of length: pictures stay sharp when enlarged. */
  private static final int SCALE = 2;

  private static final String FONT = Font.SANS_SERIF;

  private final String title;
  private final Metric metric;
  private final List<Curve> curves;

  /**
   * The curves of some runs.
   *
   * @param title above the panels
   * @param metric of the runs' task
   * @param curves in the order of the legend
   */
  public LearningCurves(String title, Metric metric, List<Curve> curves) {
    this.title = title;
    this.metric = metric;
    this.curves = List.copyOf(curves);
  }

  /** Writes the picture as PNG. */
  public void write(Path file) {
    BufferedImage image = draw();
    OutputFiles.write(file, out -> ImageIO.write(image, "png", out));
  }

  /** Draws the picture. */
  BufferedImage draw() {
    int height = HEADER + 2 * PANEL_HEIGHT + MARGIN;
    BufferedImage image =
        new BufferedImage(WIDTH * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      graphics.transform(AffineTransform.getScaleInstance(SCALE, SCALE));
      graphics.setColor(Color.WHITE);
      graphics.fillRect(0, 0, WIDTH, height);
      drawHeader(graphics);
      double width = (WIDTH - 2.0 * MARGIN) / 2;
      for (int row = 0; row < 2; row++) {
        for (int column = 0; column < 2; column++) {
          panel(row == 0, column == 0)
              .draw(
                  graphics,
                  new Rectangle2D.Double(
                      MARGIN + column * width, HEADER + row * PANEL_HEIGHT, width, PANEL_HEIGHT));
        }
      }
    } finally {
      graphics.dispose();
    }
    return image;
  }

  private void drawHeader(Graphics2D graphics) {
    graphics.setFont(new Font(FONT, Font.BOLD, 20));
    graphics.setColor(Palette.TEXT);
    graphics.drawString(title, MARGIN + 12, 40);
    graphics.setFont(new Font(FONT, Font.PLAIN, 14));
    FontMetrics metrics = graphics.getFontMetrics();
    int x = MARGIN + 12;
    int y = 70;
    for (int i = 0; i < curves.size(); i++) {
      graphics.setColor(Palette.color(i));
      graphics.setStroke(Palette.stroke(i));
      graphics.draw(new Line2D.Double(x, y - 5, x + 38, y - 5));
      graphics.fill(
          AffineTransform.getTranslateInstance(x + 19, y - 5)
              .createTransformedShape(Palette.marker(i)));
      graphics.setColor(Palette.TEXT);
      graphics.drawString(curves.get(i).name(), x + 46, y);
      x += 46 + metrics.stringWidth(curves.get(i).name()) + 28;
    }
  }

  private JFreeChart panel(boolean loss, boolean againstSteps) {
    ToDoubleFunction<Measurement> x = againstSteps ? Measurement::step : Measurement::seconds;
    XYSeriesCollection data = new XYSeriesCollection();
    List<Boolean> markers = new ArrayList<>();
    for (Curve curve : curves) {
      XYSeries series = loss ? lossSeries(curve, x) : metricSeries(curve, x);
      data.addSeries(series);
      markers.add(!loss && series.getItemCount() <= 40);
    }
    boolean logarithmic = loss && spansDecade(data);
    XYPlot plot =
        new XYPlot(
            data,
            fromZero(new NumberAxis(againstSteps ? "steps" : "seconds of training")),
            axis(
                logarithmic
                    ? new LogAxis("training loss (nats)")
                    : new NumberAxis(loss ? "training loss (nats)" : metric.label()),
                loss || metric != Metric.ACCURACY),
            renderer(markers));
    if (plot.getRangeAxis() instanceof LogAxis log) {
      tickDecades(log);
    }
    if (!loss && metric == Metric.ACCURACY) {
      plot.getRangeAxis().setRange(-0.02, 1.02);
    }
    style(plot);
    JFreeChart chart = new JFreeChart(null, JFreeChart.DEFAULT_TITLE_FONT, plot, false);
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(8, 8, 12, 16));
    return chart;
  }

  private static void style(XYPlot plot) {
    plot.setBackgroundPaint(Color.WHITE);
    plot.setOutlineVisible(false);
    plot.setDomainGridlinePaint(Palette.GRID);
    plot.setRangeGridlinePaint(Palette.GRID);
    plot.setDomainGridlineStroke(new BasicStroke(1f));
    plot.setRangeGridlineStroke(new BasicStroke(1f));
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    for (ValueAxis axis : List.of(plot.getDomainAxis(), plot.getRangeAxis())) {
      axis.setLabelFont(new Font(FONT, Font.PLAIN, 14));
      axis.setTickLabelFont(new Font(FONT, Font.PLAIN, 12));
      axis.setLabelPaint(Palette.TEXT);
      axis.setTickLabelPaint(Palette.QUIET_TEXT);
      axis.setAxisLinePaint(Palette.AXIS);
      axis.setTickMarkPaint(Palette.AXIS);
    }
  }

  private static NumberAxis fromZero(NumberAxis axis) {
    axis.setNumberFormatOverride(new ShortNumbers());
    axis.setLowerMargin(0);
    axis.setUpperMargin(0.03);
    return axis;
  }

  private static ValueAxis axis(ValueAxis axis, boolean free) {
    switch (axis) {
      case LogAxis log -> {
        log.setBase(10);
        log.setNumberFormatOverride(new ShortNumbers());
        log.setSmallestValue(1e-9);
      }
      case NumberAxis number -> {
        number.setAutoRangeIncludesZero(false);
        number.setAutoRangeStickyZero(false);
        number.setNumberFormatOverride(new ShortNumbers());
      }
      default -> throw new IllegalArgumentException("Unknown axis " + axis.getClass());
    }
    axis.setLowerMargin(free ? 0.03 : 0);
    axis.setUpperMargin(free ? 0.03 : 0);
    return axis;
  }

  /** Labels at the powers of ten, or of two where the axis has few powers of ten. */
  private static void tickDecades(LogAxis axis) {
    double decades = Math.log10(axis.getUpperBound() / axis.getLowerBound());
    axis.setTickUnit(new NumberTickUnit(decades >= 2 ? 1 : Math.log10(2)));
    axis.setMinorTickCount(decades >= 2 ? 9 : 1);
  }

  private static XYLineAndShapeRenderer renderer(List<Boolean> markers) {
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer();
    renderer.setDrawSeriesLineAsPath(true);
    for (int i = 0; i < markers.size(); i++) {
      renderer.setSeriesPaint(i, Palette.color(i));
      renderer.setSeriesStroke(i, Palette.stroke(i));
      renderer.setSeriesShape(i, Palette.marker(i));
      renderer.setSeriesShapesVisible(i, markers.get(i));
    }
    return renderer;
  }

  /** The training loss, averaged over about a fiftieth of the run before each point. */
  private static XYSeries lossSeries(Curve curve, ToDoubleFunction<Measurement> x) {
    List<Measurement> points = curve.of(Measurement.Kind.TRAINING);
    XYSeries series = new XYSeries(curve.name(), true, true);
    int window = Math.max(1, points.size() / 50);
    double sum = 0;
    for (int i = 0; i < points.size(); i++) {
      sum += points.get(i).loss();
      if (i >= window) {
        sum -= points.get(i - window).loss();
      }
      series.add(x.applyAsDouble(points.get(i)), sum / Math.min(window, i + 1));
    }
    return series;
  }

  private static XYSeries metricSeries(Curve curve, ToDoubleFunction<Measurement> x) {
    XYSeries series = new XYSeries(curve.name(), true, true);
    for (Measurement point : curve.of(Measurement.Kind.EVALUATION)) {
      series.add(x.applyAsDouble(point), point.metric());
    }
    return series;
  }

  /** A logarithmic axis helps where the loss is positive and falls to a fifth or less. */
  private static boolean spansDecade(XYSeriesCollection data) {
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (int i = 0; i < data.getSeriesCount(); i++) {
      XYSeries series = data.getSeries(i);
      if (series.getItemCount() > 0) {
        least = Math.min(least, series.getMinY());
        most = Math.max(most, series.getMaxY());
      }
    }
    return least > 0 && most >= 5 * least;
  }
}
