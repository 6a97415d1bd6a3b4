package org.polyak.architecture;

import com.google.inject.Injector;
import java.util.concurrent.atomic.AtomicInteger;

/** Classes that break the rules, for the tests of the rules. */
final class Offenders {
  private Offenders() {}

  static final class KeepsStaticState {
    static int runs;

    private KeepsStaticState() {}
  }

  static final class KeepsStaticCounter {
    static final AtomicInteger RUNS = new AtomicInteger();

    private KeepsStaticCounter() {}
  }

  static final class WritesSystemProperty {
    private WritesSystemProperty() {}

    static void write() {
      System.setProperty("polyak.offence", "true");
    }
  }

  static final class ReadsEnvironment {
    private ReadsEnvironment() {}

    static String read() {
      return System.getenv("POLYAK_TOLERANCE");
    }
  }

  static final class RefusesToWork {
    private RefusesToWork() {}

    static RuntimeException refuse() {
      return new UnsupportedOperationException("not here");
    }
  }

  record KnowsInjector(Injector injector) {}
}
