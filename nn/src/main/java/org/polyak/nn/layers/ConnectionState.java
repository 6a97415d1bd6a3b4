package org.polyak.nn.layers;

import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.Variable;

/**
 * What a connection hands from layer to layer, token by token. Nothing is carried from one token to
 * the next. [B, N, E] each.
 *
 * @param velocity v; null before the first layer
 * @param attention attention output of the layer before; null before the first layer
 * @param input input of the layer before; null before the first layer
 */
public record ConnectionState(
    @Nullable Variable velocity, @Nullable Variable attention, @Nullable Variable input) {
  /** Before the first layer. */
  public static final ConnectionState START = new ConnectionState(null, null, null);
}
