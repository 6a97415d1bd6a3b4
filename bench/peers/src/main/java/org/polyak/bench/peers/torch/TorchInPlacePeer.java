package org.polyak.bench.peers.torch;

import java.util.List;
import org.polyak.bench.load.AttentionLoad;
import org.polyak.bench.load.Load;
import org.polyak.bench.load.Variant;
import org.polyak.bench.peer.OpenPeer;
import org.polyak.bench.peer.Peer;

/**
 * PyTorch on the CPU where somebody tuned the script: momentum attention without gradients, with
 * results in place of operands that are not needed any more. {@link TorchPeer} has the same chunks
 * as one plainly writes them.
 */
public final class TorchInPlacePeer implements Peer {
  private final TorchPeer plain = new TorchPeer();

  /** For the service loader. */
  public TorchInPlacePeer() {}

  @Override
  public String id() {
    return "pytorch-inplace";
  }

  @Override
  public String library() {
    return plain.library();
  }

  @Override
  public String version() {
    return plain.version() + ", in place";
  }

  /** Automatic differentiation needs the operands that are overwritten here. */
  @Override
  public boolean runs(Load load) {
    return load instanceof AttentionLoad attention
        && attention.variant() == Variant.MOMENTUM
        && !attention.gradient();
  }

  @Override
  public List<String> virtualMachineArguments() {
    return plain.virtualMachineArguments();
  }

  @Override
  public OpenPeer open(int threads) {
    return OpenTorch.open(threads, true);
  }
}
