package org.polyak.spi;

import java.util.Map;

/**
 * What a device is, for reports and certificates.
 *
 * @param backend id of the provider, for example {@code cpu-simd}
 * @param device name of the device as its maker gives it
 * @param driver driver or runtime, with its version
 * @param precision how products are computed: {@code f32}, {@code tf32} or {@code bf16}
 * @param threads host worker threads that execute kernels; 0 where the notion does not apply
 * @param details anything else worth reporting, such as vector width or memory, in a stable order
 */
public record BackendInfo(
    String backend,
    String device,
    String driver,
    String precision,
    int threads,
    Map<String, String> details) {}
