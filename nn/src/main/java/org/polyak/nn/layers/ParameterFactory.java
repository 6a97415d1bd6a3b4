package org.polyak.nn.layers;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.random.Generator;
import org.polyak.spi.DType;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * Creates the parameters of a model and remembers them in order of creation. Initial values are
 * drawn on the host, each parameter from the stream of its own name, so they are the same on every
 * backend and do not depend on which other parameters exist.
 */
public final class ParameterFactory {
  private final Ops ops;
  private final Generator generator;
  private final String path;
  private final List<Parameter> created;
  private final Set<String> names;

  /**
   * A factory for the root of a model.
   *
   * @param engine the backend
   * @param scope owner of the parameters, usually open as long as the model is used
   * @param generator whose labelled streams give the initial values; it does not advance
   */
  public ParameterFactory(Engine engine, Scope scope, Generator generator) {
    this(Ops.inference(engine, scope), generator, "", new ArrayList<>(), new LinkedHashSet<>());
  }

  private ParameterFactory(
      Ops ops, Generator generator, String path, List<Parameter> created, Set<String> names) {
    this.ops = ops;
    this.generator = generator;
    this.path = path;
    this.created = created;
    this.names = names;
  }

  /** The factory of a part: its parameters' names begin with this factory's path and that name. */
  public ParameterFactory under(String name) {
    return new ParameterFactory(ops, generator, path + name + ".", created, names);
  }

  /** All parameters created so far by the root factory and its parts, oldest first. */
  public List<Parameter> parameters() {
    return Collections.unmodifiableList(created);
  }

  /** A parameter with values uniform in {@code [-bound, bound)}. */
  Variable uniform(String name, double bound, int... dims) {
    return uniform(name, bound, allocate(dims));
  }

  /** A parameter with normal values of mean 0. */
  Variable gaussian(String name, double deviation, int... dims) {
    return create(name, stream(name).gaussian(size(dims), 0, deviation), dims);
  }

  /** A parameter with one value everywhere. */
  Variable filled(String name, float value, int... dims) {
    float[] values = new float[size(dims)];
    Arrays.fill(values, value);
    return create(name, values, dims);
  }

  /** Room for parameters that are to lie side by side. */
  Tensor allocate(int... dims) {
    return ops.scope().allocate(DType.F32, Shape.of(dims));
  }

  /** A parameter with values uniform in {@code [-bound, bound)}, in a place that is contiguous. */
  Variable uniform(String name, double bound, Tensor place) {
    return create(name, stream(name).uniform(size(place.shape().dims()), -bound, bound), place);
  }

  private Variable create(String name, float[] values, int... dims) {
    return create(name, values, allocate(dims));
  }

  private Variable create(String name, float[] values, Tensor place) {
    String full = path + name;
    if (!names.add(full)) {
      throw new IllegalArgumentException("There are two parameters called '" + full + "'.");
    }
    ops.engine().backend().upload(MemorySegment.ofArray(values), place);
    Variable variable = Variable.parameter(place);
    created.add(new Parameter(full, variable));
    return variable;
  }

  private Generator stream(String name) {
    return generator.split(path + name);
  }

  private static int size(int... dims) {
    int size = 1;
    for (int dim : dims) {
      size = Math.multiplyExact(size, dim);
    }
    return size;
  }
}
