package org.polyak.nn.ops;

import org.polyak.nn.autograd.CarriedState;
import org.polyak.nn.autograd.Variable;

/**
 * What causal attention returns when it carries a state.
 *
 * @param out {@code [B, N, H, V]}
 * @param state the state after the last token
 */
public record Attended(Variable out, CarriedState state) {}
