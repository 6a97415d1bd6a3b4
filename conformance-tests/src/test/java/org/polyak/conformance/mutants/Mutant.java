package org.polyak.conformance.mutants;

import java.util.List;
import java.util.function.Supplier;
import org.polyak.spi.Backend;

/**
 * A backend with one bug.
 *
 * @param name short, unique, for example {@code tail-skipped}
 * @param bug what its author got wrong, as a sentence
 * @param origin the good backend that it is made from
 * @param broken opens it
 * @param killers ids of cases that fail on it and pass on {@code origin}: not all, but some from
 *     different angles
 */
record Mutant(
    String name, String bug, GoodBackend origin, Supplier<Backend> broken, List<String> killers) {

  @Override
  public String toString() {
    return name;
  }
}
