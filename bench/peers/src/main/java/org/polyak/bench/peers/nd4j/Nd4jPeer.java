package org.polyak.bench.peers.nd4j;

import org.polyak.bench.load.Load;
import org.polyak.bench.load.MatmulLoad;
import org.polyak.bench.load.RowLoad;
import org.polyak.bench.load.UnaryLoad;
import org.polyak.bench.peer.OpenPeer;
import org.polyak.bench.peer.Peer;
import org.polyak.bench.peers.Versions;
import org.polyak.spi.UnaryOp;

/** ND4J on the processor: matrix products, exp, tanh and softmax of rows. */
public final class Nd4jPeer implements Peer {
  /** For the service loader. */
  public Nd4jPeer() {}

  @Override
  public String id() {
    return "nd4j";
  }

  @Override
  public String version() {
    return "ND4J " + Versions.of("nd4j");
  }

  @Override
  public boolean runs(Load load) {
    return switch (load) {
      case MatmulLoad products -> true;
      case UnaryLoad unary -> unary.op() == UnaryOp.EXPONENTIAL || unary.op() == UnaryOp.TANH;
      case RowLoad rows -> rows.operation() == RowLoad.Operation.SOFTMAX && !rows.gradient();
      default -> false;
    };
  }

  @Override
  public OpenPeer open(int threads) {
    return Nd4jArrays.load(threads);
  }
}
