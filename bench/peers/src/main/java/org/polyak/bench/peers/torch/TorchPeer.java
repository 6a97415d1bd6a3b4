package org.polyak.bench.peers.torch;

import java.util.List;
import org.polyak.bench.load.Load;
import org.polyak.bench.load.UnaryLoad;
import org.polyak.bench.peer.OpenPeer;
import org.polyak.bench.peer.Peer;
import org.polyak.bench.peers.Versions;
import org.polyak.spi.UnaryOp;

/** PyTorch on the CPU: all loads, attention as one plainly writes it in PyTorch's operations. */
public final class TorchPeer implements Peer {
  /** For the service loader. */
  public TorchPeer() {}

  @Override
  public String id() {
    return "pytorch";
  }

  @Override
  public String version() {
    return "PyTorch %s through DJL %s".formatted(Versions.of("pytorch"), Versions.of("djl"));
  }

  @Override
  public boolean runs(Load load) {
    return !(load instanceof UnaryLoad unary)
        || unary.op() == UnaryOp.EXPONENTIAL
        || unary.op() == UnaryOp.TANH;
  }

  /**
   * DJL downloads nothing and reports nothing. TorchScript runs what is written: its optimiser
   * replaces gradients of PyTorch by slower ones, and compiles for the first shapes that it sees.
   */
  @Override
  public List<String> virtualMachineArguments() {
    return List.of("-Dai.djl.offline=true", "-Dai.djl.pytorch.graph_optimizer=false");
  }

  @Override
  public OpenPeer open(int threads) {
    return OpenTorch.open(threads, false);
  }
}
