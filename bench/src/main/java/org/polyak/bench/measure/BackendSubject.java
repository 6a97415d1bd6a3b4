package org.polyak.bench.measure;

import java.util.LinkedHashMap;
import java.util.Map;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.result.Contender;

/**
 * A backend, measured with JMH.
 *
 * @param contender its name in results
 * @param request its settings
 * @param effort how long
 */
public record BackendSubject(Contender contender, BackendRequest request, Effort effort)
    implements Subject {
  @Override
  public boolean runs(LoadId load) {
    return true;
  }

  @Override
  public Measured measure(LoadId load) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("backend", contender.id());
    parameters.put("options", request.optionText());
    return new Jmh(MeasuredLoad.class, effort, ChildProcess.arguments()).measure(parameters, load);
  }
}
