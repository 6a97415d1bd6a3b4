package org.polyak.bench.peers.nd4j;

import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Tanh;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.polyak.bench.load.Load;
import org.polyak.bench.load.MatmulLoad;
import org.polyak.bench.load.Numbers;
import org.polyak.bench.load.RowLoad;
import org.polyak.bench.load.UnaryLoad;
import org.polyak.bench.peer.OpenPeer;
import org.polyak.bench.peer.PeerInputs;
import org.polyak.bench.peer.PeerUnavailableException;
import org.polyak.spi.UnaryOp;

/** ND4J, loaded. Results are arrays that are there before. */
final class Nd4jArrays implements OpenPeer {
  private final String description;

  private Nd4jArrays(String description) {
    this.description = description;
  }

  static Nd4jArrays load(int threads) {
    try {
      Nd4j.factory().blas().setMaxThreads(threads);
      NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
      Properties environment = Nd4j.getExecutioner().getEnvironmentInformation();
      return new Nd4jArrays(
          "%s, BLAS %s; %d threads"
              .formatted(environment.get("backend"), environment.get("blas.vendor"), threads));
    } catch (ExceptionInInitializerError | NoClassDefFoundError | UnsatisfiedLinkError e) {
      throw new PeerUnavailableException(
          "ND4J does not start on this machine: %s."
              .formatted(e.getCause() == null ? e : e.getCause()),
          "Name the other peers with --peer.",
          e);
    }
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Load.Work prepare(Load load, PeerInputs inputs) {
    Numbers numbers = inputs.numbers();
    return switch (load) {
      case MatmulLoad products -> products(products, numbers);
      case UnaryLoad unary -> {
        INDArray in = array(numbers, "in", unary.rows(), unary.columns());
        INDArray out = in.ulike();
        Op op = unary.op() == UnaryOp.TANH ? new Tanh(in, out) : new Exp(in, out);
        yield work(() -> Nd4j.getExecutioner().exec(op), out);
      }
      case RowLoad rows -> {
        INDArray in = array(numbers, "in", rows.rows(), rows.columns());
        INDArray out = in.ulike();
        CustomOp softmax = new SoftMax(in, out, 1);
        yield work(() -> Nd4j.getExecutioner().exec(softmax), out);
      }
      default -> throw new IllegalArgumentException("ND4J was not asked for this: " + load);
    };
  }

  @Override
  public void close() {
    Nd4j.getMemoryManager().purgeCaches();
  }

  private static Load.Work products(MatmulLoad load, Numbers numbers) {
    INDArray a = array(numbers, "a", load.dimsOfA());
    INDArray b = array(numbers, "b", load.dimsOfB());
    if (load.batch() == 1) {
      // Its products are column-major inside: in this order it copies nothing.
      INDArray out = Nd4j.createUninitialized(new long[] {load.m(), load.n()}, 'f');
      return work(() -> a.mmuli(b, out), out);
    }
    INDArray out = Nd4j.createUninitialized(new long[] {load.batch(), load.m(), load.n()}, 'c');
    return work(() -> Nd4j.matmul(a, b, out), out);
  }

  private static INDArray array(Numbers numbers, String name, int... dims) {
    long[] shape = Arrays.stream(dims).asLongStream().toArray();
    return Nd4j.create(numbers.normal(name, dims), shape, 'c');
  }

  private static Load.Work work(Runnable run, INDArray out) {
    return Load.Work.of(
        run,
        () -> {
          run.run();
          return List.of(out.dup('c').data().asFloat());
        });
  }
}
