package org.polyak.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
import org.polyak.bench.load.Numbers;
import org.polyak.bench.peer.OpenPeer;
import org.polyak.bench.peer.PeerFolder;
import org.polyak.bench.peer.PeerInputs;
import org.polyak.nn.session.Session;

/** What JMH times: one run of a load by a peer, after it has shown that it computes what we do. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.SECONDS)
public class MeasuredPeer {
  /** The backend that peers are compared with, in the same process. */
  private static final String OURS = "cpu-simd";

  /** Where peers lie. */
  @Param("")
  public String folder = "";

  /** Id of the peer. */
  @Param("")
  public String peer = "";

  /** Threads of the peer and of ours. */
  @Param("1")
  public int threads;

  /** The file that gets the peer's description. */
  @Param("")
  public String notes = "";

  /** Of the load. */
  @Param("matmul")
  public String benchmark = "";

  /** Of the load. */
  @Param("")
  public String variant = "";

  /** Of the load. */
  @Param("256x256x256")
  public String shape = "";

  private @Nullable OpenPeer opened;
  private Load.@Nullable Work work;
  private double difference;

  /** For JMH. */
  public MeasuredPeer() {}

  /**
   * How far the peer's result lies from ours.
   *
   * <p>JMH reads the field after each iteration.
   */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Distance {
    /** The largest of all outputs, as a share of the norm. */
    public double difference;

    /** For JMH. */
    public Distance() {}
  }

  /** Computes the load on our side, closes that, opens the peer, and compares. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    Load load = Loads.of(new LoadId(benchmark, variant, shape));
    Ours ours = ours(load);
    PeerFolder.Found found = PeerFolder.at(Path.of(folder)).peer(peer);
    // Libraries look for their own services through the thread's loader.
    Thread.currentThread().setContextClassLoader(found.loader());
    opened = found.peer().open(threads);
    work = opened.prepare(load, ours.inputs());
    difference = Agreement.require(load, ours.outputs(), work.outputs());
    Files.writeString(Path.of(notes), opened.description());
  }

  /** One run. */
  @Benchmark
  public void run(Distance distance) {
    Objects.requireNonNull(work).run();
    distance.difference = difference;
  }

  /** Gives everything back. */
  @TearDown(Level.Trial)
  public void close() {
    Objects.requireNonNull(opened).close();
  }

  private Ours ours(Load load) {
    BackendRequest request = new BackendRequest(OURS, Map.of("threads", String.valueOf(threads)));
    try (Session session = request.open();
        var scope = session.openScope("ours")) {
      return new Ours(
          load.prepare(session.engine(), scope).outputs(),
          new PeerInputs(new Numbers(), load.parameters(session.engine(), scope)));
    }
  }

  private record Ours(List<float[]> outputs, PeerInputs inputs) {}
}
