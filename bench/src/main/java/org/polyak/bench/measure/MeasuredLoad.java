package org.polyak.bench.measure;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.polyak.bench.load.Load;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.load.Loads;
import org.polyak.nn.session.Session;

/** What JMH times: one run of a load on a backend, and the wait until the device has done it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.SECONDS)
public class MeasuredLoad {
  /** Id of the backend. */
  @Param("cpu-simd")
  public String backend = "";

  /** The backend's settings, as {@link BackendRequest#optionText} writes them. */
  @Param("")
  public String options = "";

  /** Of the load. */
  @Param("matmul")
  public String benchmark = "";

  /** Of the load. */
  @Param("")
  public String variant = "";

  /** Of the load. */
  @Param("256x256x256")
  public String shape = "";

  private @Nullable Prepared prepared;

  /** For JMH. */
  public MeasuredLoad() {}

  /**
   * Memory of the device.
   *
   * <p>JMH reads the field after each iteration.
   */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class DeviceMemory {
    /** The most that was held at once, inputs included. */
    public long peakBytes;

    /** For JMH. */
    public DeviceMemory() {}
  }

  /** Opens the backend and makes the inputs. */
  @Setup(Level.Trial)
  public void open() {
    Load load = Loads.of(new LoadId(benchmark, variant, shape));
    Session session = BackendRequest.ofText(backend, options).open();
    var scope = session.openScope("benchmark");
    prepared = new Prepared(session, scope, load.prepare(session.engine(), scope));
    session.backend().finish();
    for (int i = 0; i < load.warmUpRuns(); i++) {
      run(new DeviceMemory());
    }
  }

  /** One run. */
  @Benchmark
  public void run(DeviceMemory memory) {
    Prepared ready = Objects.requireNonNull(prepared);
    ready.work().run();
    ready.session().backend().finish();
    memory.peakBytes = ready.scope().stats().peakBytes();
  }

  /** Gives everything back. */
  @TearDown(Level.Trial)
  public void close() {
    Prepared ready = Objects.requireNonNull(prepared);
    ready.scope().close();
    ready.session().close();
    prepared = null;
  }

  private record Prepared(Session session, org.polyak.spi.Scope scope, Load.Work work) {}
}
