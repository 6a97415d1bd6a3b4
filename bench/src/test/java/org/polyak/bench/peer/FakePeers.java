package org.polyak.bench.peer;

import java.util.List;
import org.polyak.bench.load.Load;
import org.polyak.bench.load.MatmulLoad;

/** Peers that multiply matrices in plain loops: rightly, wrongly, and not at all. */
public final class FakePeers {
  private FakePeers() {}

  /** Computes what we compute. */
  public static final class Right extends Fake {
    /** For the service loader. */
    public Right() {
      super("right");
    }

    @Override
    float weight(int k) {
      return 1;
    }
  }

  /** The same library as {@link Right}'s, used in another way. */
  public static final class RightAgain extends Fake {
    /** For the service loader. */
    public RightAgain() {
      super("right-again");
    }

    @Override
    public String library() {
      return "right";
    }

    @Override
    float weight(int k) {
      return 1;
    }
  }

  /** Takes the first term of each sum for a thousandth more: far beyond rounding, easily missed. */
  public static final class Wrong extends Fake {
    /** For the service loader. */
    public Wrong() {
      super("wrong");
    }

    @Override
    float weight(int k) {
      return k == 0 ? 1.001f : 1;
    }
  }

  /** Finds its library missing. */
  public static final class Failing extends Fake {
    /** For the service loader. */
    public Failing() {
      super("failing");
    }

    @Override
    public OpenPeer open(int threads) {
      throw new PeerUnavailableException("There is no such library.", "Leave it out.", null);
    }

    @Override
    float weight(int k) {
      return 1;
    }
  }

  /** A peer of one thread. */
  abstract static class Fake implements Peer {
    private final String id;

    Fake(String id) {
      this.id = id;
    }

    /** By which the k-th term of each sum is multiplied. */
    abstract float weight(int k);

    @Override
    public String id() {
      return id;
    }

    @Override
    public String version() {
      return "Fake %s 1.0".formatted(id);
    }

    @Override
    public boolean runs(Load load) {
      return load instanceof MatmulLoad matmul && matmul.batch() == 1;
    }

    @Override
    public OpenPeer open(int threads) {
      return new OpenPeer() {
        @Override
        public String description() {
          return "plain loops, asked for %d threads".formatted(threads);
        }

        @Override
        public Load.Work prepare(Load load, PeerInputs inputs) {
          MatmulLoad matmul = (MatmulLoad) load;
          float[] a = inputs.numbers().normal("a", matmul.dimsOfA());
          float[] b = inputs.numbers().normal("b", matmul.dimsOfB());
          float[] c = new float[matmul.m() * matmul.n()];
          return Load.Work.of(
              () -> multiply(matmul, a, b, c),
              () -> {
                multiply(matmul, a, b, c);
                return List.of(c);
              });
        }

        @Override
        public void close() {}
      };
    }

    private void multiply(MatmulLoad load, float[] a, float[] b, float[] c) {
      for (int i = 0; i < load.m(); i++) {
        for (int j = 0; j < load.n(); j++) {
          float sum = 0;
          for (int k = 0; k < load.k(); k++) {
            sum += weight(k) * a[i * load.k() + k] * b[k * load.n() + j];
          }
          c[i * load.n() + j] = sum;
        }
      }
    }
  }
}
