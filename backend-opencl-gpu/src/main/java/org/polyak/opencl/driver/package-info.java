/**
 * OpenCL through JOCL: devices, queues, memory, programs. Every native object is held by one handle
 * that is closed exactly once, and every error is translated here: nothing outside this package
 * sees JOCL.
 */
@NullMarked
package org.polyak.opencl.driver;

import org.jspecify.annotations.NullMarked;
