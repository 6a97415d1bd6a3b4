package org.polyak.tasks.report;

import java.io.Serial;
import java.math.BigDecimal;
import java.math.MathContext;
import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.Locale;

/** Axis numbers as people write them: 0.001, 0.5, 250, 12k, 1.5M. */
final class ShortNumbers extends NumberFormat {
  @Serial private static final long serialVersionUID = 1L;

  @Override
  public StringBuffer format(double value, StringBuffer to, FieldPosition position) {
    double size = Math.abs(value);
    if (size >= 1e6) {
      return to.append(digits(value / 1e6)).append('M');
    }
    if (size >= 1e4) {
      return to.append(digits(value / 1e3)).append('k');
    }
    return to.append(digits(value));
  }

  @Override
  public StringBuffer format(long value, StringBuffer to, FieldPosition position) {
    return format((double) value, to, position);
  }

  @Override
  public Number parse(String source, ParsePosition position) {
    return NumberFormat.getInstance(Locale.ROOT).parse(source, position);
  }

  /** At most four significant digits, without trailing zeros. */
  private static String digits(double value) {
    if (value == 0) {
      return "0";
    }
    return new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros().toPlainString();
  }
}
