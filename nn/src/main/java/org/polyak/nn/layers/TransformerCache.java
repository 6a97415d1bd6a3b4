package org.polyak.nn.layers;

import java.util.List;

/**
 * What a transformer remembers of the tokens generated so far; updated in place by each step. Its
 * memory is constant, for softmax attention that of the longest sequence.
 */
public final class TransformerCache {
  private final List<AttentionCache> layers;

  TransformerCache(List<AttentionCache> layers) {
    this.layers = layers;
  }

  List<AttentionCache> layers() {
    return layers;
  }
}
