package org.polyak.bench.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collection;
import java.util.Locale;
import org.polyak.bench.result.Spread;

/** Numbers as people read them. */
final class Figures {
  private static final String[] TIME_UNITS = {"s", "ms", "µs", "ns"};
  private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Figures() {}

  /** Three significant digits. */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    // After rounding, because it may add a digit: 0.9996 has none of its own before the point.
    double size = new BigDecimal(value).round(new MathContext(3)).abs().doubleValue();
    int digits = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return String.format(
        Locale.ROOT, size != 0 && size < 1e-3 ? "%.2e" : "%,." + digits + "f", value);
  }

  static String seconds(double seconds) {
    double value = seconds;
    int unit = 0;
    while (Math.abs(value) < 1 && unit < TIME_UNITS.length - 1) {
      value *= 1000;
      unit++;
    }
    return number(value) + " " + TIME_UNITS[unit];
  }

  static String bytes(double bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return number(value) + " " + BYTE_UNITS[unit];
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** The geometric mean of some ratios. */
  static String geometricMean(Collection<Double> ratios) {
    double logarithms = ratios.stream().mapToDouble(Math::log).average().orElse(0);
    return String.format(Locale.ROOT, "%.2f", Math.exp(logarithms));
  }

  /** A ratio with the range that the quartiles allow. */
  static String ratio(Spread ratio) {
    return String.format(
        Locale.ROOT, "%.2f (%.2f to %.2f)", ratio.median(), ratio.lower(), ratio.upper());
  }
}
