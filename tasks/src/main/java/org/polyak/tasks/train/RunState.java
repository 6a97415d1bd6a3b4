package org.polyak.tasks.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedMap;
import org.polyak.nn.checkpoint.Checkpoint;
import org.polyak.nn.checkpoint.CheckpointException;
import org.polyak.nn.checkpoint.StoredTensor;
import org.polyak.nn.checkpoint.TrainingState;
import org.polyak.nn.optim.Optimizer;
import org.polyak.nn.random.Generator;
import org.polyak.tasks.UserException;

/**
 * Model, optimiser and random streams of a run, written to and read from one checkpoint. It holds
 * nothing of clocks or machines: equal runs give equal files.
 */
final class RunState {
  private static final String GENERATOR = "run";

  private final TrainedModel trained;
  private final Optimizer optimizer;
  private final Generator generator;

  RunState(TrainedModel trained, Optimizer optimizer, Generator generator) {
    this.trained = trained;
    this.optimizer = optimizer;
    this.generator = generator;
  }

  /**
   * Writes a checkpoint, unless a parameter is not finite.
   *
   * @return the first parameter that is not finite; empty when the checkpoint was written
   */
  String write(Path file, long step) {
    SequencedMap<String, StoredTensor> parameters = trained.model().save();
    for (Map.Entry<String, StoredTensor> parameter : parameters.entrySet()) {
      if (!BadNumbers.isFinite(parameter.getValue().toFloats())) {
        return parameter.getKey();
      }
    }
    Checkpoint checkpoint =
        new Checkpoint(
            trained.model().config().description(),
            parameters,
            new TrainingState(
                step, optimizer.state(), Map.of(GENERATOR, generator.state()), Map.of()));
    try {
      checkpoint.write(file);
    } catch (CheckpointException e) {
      if (e.getCause() instanceof IOException) {
        throw new UserException.Output(String.valueOf(e.getMessage()), e);
      }
      throw e;
    }
    return "";
  }

  /**
   * Takes over a checkpoint.
   *
   * @return the number of steps done
   */
  long read(Path file) {
    Checkpoint checkpoint = Checkpoint.read(file);
    trained.model().load(file.toString(), checkpoint);
    TrainingState state = checkpoint.training();
    if (state == null) {
      throw new UserException.Checkpoint(
          "%s serves inference only: it has no training state to go on from. Start a new run."
              .formatted(file));
    }
    optimizer.restore(file.toString(), state.optimizer());
    long[] stored = state.generators().get(GENERATOR);
    if (stored == null || stored[0] != generator.state()[0]) {
      throw new UserException.Checkpoint(
          "%s belongs to a run with another seed. Go on with the seed that it was trained with."
              .formatted(file));
    }
    return state.step();
  }
}
