package org.polyak.bench.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.load.Suite;
import org.polyak.bench.measure.BackendRequest;
import org.polyak.bench.measure.Effort;

/**
 * What the command line asked for.
 *
 * @param suite where the loads come from
 * @param size how large they are
 * @param curves the loads, in curves: see {@link Suite#curves}
 * @param backend what computes
 * @param effort how long each load is measured
 * @param limit on one run of a load, where loads grow
 * @param peers other libraries to measure beside the backend
 * @param folder where the results go
 * @param command what repeats the request
 */
record BenchRequest(
    Suite suite,
    Suite.Size size,
    List<List<LoadId>> curves,
    BackendRequest backend,
    Effort effort,
    Duration limit,
    PeerRequest peers,
    Path folder,
    String command) {}
