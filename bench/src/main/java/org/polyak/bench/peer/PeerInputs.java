package org.polyak.bench.peer;

import java.util.SequencedMap;
import org.polyak.bench.load.Numbers;
import org.polyak.nn.checkpoint.StoredTensor;

/**
 * What a peer computes with: the same as ours.
 *
 * @param numbers by the names that the load documents
 * @param parameters initial parameters of the load's model, by their names in {@code nn}; empty
 *     where it has none
 */
public record PeerInputs(Numbers numbers, SequencedMap<String, StoredTensor> parameters) {}
