package org.polyak.opencl;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;

/**
 * The speed tables of {@code docs/results}: a program to run by hand on the device in question.
 * Each figure is given twice: for one call with its {@code finish()}, and for one of ten in a row
 * before {@code finish()}.
 */
final class Yardsticks {
  private static final String RUNS = "21";
  private static final String MEBIBYTES = "256";

  private Yardsticks() {}

  /**
   * Arguments: what to measure ({@code products attention rows}, all of them without any), {@code
   * runs=21} of which a figure is the median, {@code mib=256} for the tensors of {@code rows}, and
   * backend options, such as {@code type=gpu precision=tf32}.
   */
  public static void main(String[] arguments) {
    Map<String, String> options = new HashMap<>();
    Set<String> wanted = new HashSet<>();
    for (String argument : arguments) {
      String[] parts = argument.split("=", 2);
      if (parts.length == 2) {
        options.put(parts[0], parts[1]);
      } else {
        wanted.add(argument);
      }
    }
    int runs = Integer.parseInt(take(options, "runs", RUNS));
    int mebibytes = Integer.parseInt(take(options, "mib", MEBIBYTES));
    Map<String, Consumer<Stopwatch>> groups = new LinkedHashMap<>();
    groups.put("products", stopwatch -> new ProductYardsticks(stopwatch).run());
    groups.put("attention", stopwatch -> new AttentionYardsticks(stopwatch).run());
    groups.put("rows", stopwatch -> new RowYardsticks(stopwatch, mebibytes).run());
    if (!groups.keySet().containsAll(wanted)) {
      throw new IllegalArgumentException(
          "Cannot measure all of %s, only %s.".formatted(wanted, groups.keySet()));
    }
    try (Backend backend = new OpenClBackendProvider().open(BackendOptions.of(options))) {
      System.out.println(backend.info());
      Stopwatch stopwatch = new Stopwatch(backend, runs);
      groups.forEach((name, group) -> {
        if (wanted.isEmpty() || wanted.contains(name)) {
          group.accept(stopwatch);
        }
      });
    }
  }

  private static String take(Map<String, String> options, String name, String otherwise) {
    String value = options.remove(name);
    return value == null ? otherwise : value;
  }
}
