package org.polyak.nn.models;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.checkpoint.Checkpoint;
import org.polyak.nn.checkpoint.CheckpointException;
import org.polyak.nn.checkpoint.StoredTensor;
import org.polyak.nn.layers.Embedding;
import org.polyak.nn.layers.Linear;
import org.polyak.nn.layers.Parameter;
import org.polyak.nn.layers.ParameterFactory;
import org.polyak.nn.layers.SinusoidalPositions;
import org.polyak.nn.layers.Transformer;
import org.polyak.nn.layers.TransformerCache;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.random.Generator;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;

/**
 * Token embedding with sinusoidal positions, a transformer, and a linear head: the model of the
 * copy, image and text tasks. Parameters live in the scope given at construction; computations in
 * that of the operations passed in.
 */
public final class SequenceModel {
  private final ModelConfig config;
  private final Engine engine;
  private final List<Parameter> parameters;
  private final Embedding embedding;
  private final SinusoidalPositions positions;
  private final Transformer transformer;
  private final Linear head;

  /**
   * A model with fresh parameters: equal seeds give equal parameters on every backend.
   *
   * @param config its shape
   * @param engine the backend
   * @param scope owner of the parameters; keep it open as long as the model is used
   * @param generator whose labelled streams give the initial values; it does not advance
   */
  public SequenceModel(ModelConfig config, Engine engine, Scope scope, Generator generator) {
    this.config = config;
    this.engine = engine;
    ParameterFactory factory = new ParameterFactory(engine, scope, generator);
    embedding =
        new Embedding(factory.under("embedding"), config.vocabulary(), config.embeddingWidth());
    positions =
        new SinusoidalPositions(
            Ops.inference(engine, scope),
            config.transformer().maximumLength(),
            config.positionWidth());
    transformer = new Transformer(factory.under("transformer"), config.transformer());
    head = new Linear(factory.under("head"), config.transformer().width(), config.outputs());
    parameters = List.copyOf(factory.parameters());
  }

  /** The configuration it was built from. */
  public ModelConfig config() {
    return config;
  }

  /** All parameters, in an order that depends on the configuration only. */
  public List<Parameter> parameters() {
    return parameters;
  }

  /** Number of trained values. */
  public long parameterCount() {
    return parameters.stream().mapToLong(parameter -> parameter.variable().shape().size()).sum();
  }

  /**
   * Runs whole sequences.
   *
   * @param tokens B·N token ids in [0, vocabulary), sequence by sequence
   * @param batch B
   * @param lengths true length of each sequence, the rest being padding; null when none is padded
   * @return [B, N, outputs]; rows of padding have no meaning
   * @throws IllegalArgumentException when sequences are longer than the model's maximum
   */
  public Variable forward(Ops ops, int[] tokens, int batch, int @Nullable [] lengths) {
    if (batch < 1 || tokens.length % batch != 0) {
      throw new IllegalArgumentException(
          "%d tokens do not make %d sequences of one length.".formatted(tokens.length, batch));
    }
    int length = tokens.length / batch;
    Variable x = embed(ops, tokens, batch, 0, length);
    return head.forward(ops, transformer.forward(ops, x, lengths));
  }

  /** The memory of a generation before its first token, in the scope of the operations. */
  TransformerCache cache(Ops ops, int batch) {
    return transformer.cache(ops, batch);
  }

  /**
   * Runs the next token of each sequence.
   *
   * @param tokens B token ids
   * @param position their place in the sequences
   * @return [B, outputs]
   */
  Variable step(Ops ops, int[] tokens, int position, TransformerCache cache) {
    Variable x = embed(ops, tokens, tokens.length, position, position + 1);
    Variable out = head.forward(ops, transformer.step(ops, x, cache));
    return ops.reshape(out, tokens.length, config.outputs());
  }

  /** A copy of the parameters on the host, for a checkpoint. */
  public SequencedMap<String, StoredTensor> save() {
    SequencedMap<String, StoredTensor> stored = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      stored.put(
          parameter.name(), StoredTensor.download(engine.backend(), parameter.variable().tensor()));
    }
    return stored;
  }

  /**
   * Writes a checkpoint that serves inference: configuration and parameters, no training state.
   *
   * @throws CheckpointException when the file cannot be written; an earlier one is then unchanged
   */
  public void write(Path path) {
    new Checkpoint(config.description(), save(), null).write(path);
  }

  /**
   * Takes the parameters of a checkpoint file.
   *
   * @throws CheckpointException when it cannot be read or belongs to another model; the parameters
   *     are then unchanged
   */
  public void read(Path path) {
    load(path.toString(), Checkpoint.read(path));
  }

  /**
   * Takes the parameters of a checkpoint.
   *
   * @param name what messages call the checkpoint, usually its path
   * @throws CheckpointException when it belongs to another model; the parameters are then unchanged
   */
  public void load(String name, Checkpoint checkpoint) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    parameters.forEach(parameter -> shapes.put(parameter.name(), parameter.variable().shape()));
    checkpoint.requireModel(name, config.description(), shapes);
    for (Parameter parameter : parameters) {
      StoredTensor stored = checkpoint.parameters().get(parameter.name());
      if (stored != null) {
        stored.upload(engine.backend(), parameter.variable().tensor());
      }
    }
  }

  /** Embeddings with positions, [B, to − from, width]. */
  private Variable embed(Ops ops, int[] tokens, int batch, int from, int to) {
    int length = to - from;
    Variable rows = embedding.forward(ops, ops.indices(tokens, tokens.length));
    Variable vectors = ops.reshape(rows, batch, length, config.embeddingWidth());
    Variable places = positions.range(ops, from, to);
    return switch (config.positions()) {
      case ADDED -> ops.add(vectors, places);
      case CONCATENATED -> ops.concatenate(2, vectors, ops.broadcastTo(places, vectors.shape()));
    };
  }
}
