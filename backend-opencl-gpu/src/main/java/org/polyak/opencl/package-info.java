/**
 * The contract on OpenCL devices. Kernels are OpenCL C resources, one file a family, built when
 * first needed; {@link org.polyak.opencl.driver} holds the native side.
 */
@NullMarked
package org.polyak.opencl;

import org.jspecify.annotations.NullMarked;
