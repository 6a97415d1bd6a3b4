package org.polyak.spi;

/**
 * What a scope and its children hold.
 *
 * @param liveBuffers number of buffers alive
 * @param liveBytes their size in bytes
 * @param peakBytes the largest {@code liveBytes} since the scope was opened
 */
public record MemoryStats(long liveBuffers, long liveBytes, long peakBytes) {}
