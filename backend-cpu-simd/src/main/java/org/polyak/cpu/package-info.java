/**
 * The CPU backend: the required verbs and the fused operations on the JDK Vector API and a fixed
 * pool of worker threads.
 *
 * <p>Three layers. <em>Kernels</em> ({@code Vector…}, reached through an interface and made by
 * {@link org.polyak.cpu.KernelLoader}) are the inner loops on plain arrays. <em>Drivers</em> cut
 * the work into tasks for the {@link org.polyak.cpu.WorkerPool}. The classes that implement the
 * contract translate tensors into arrays, offsets and strides.
 */
@NullMarked
package org.polyak.cpu;

import org.jspecify.annotations.NullMarked;
