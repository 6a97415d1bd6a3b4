@NullMarked
package org.polyak.opencl;

import org.jspecify.annotations.NullMarked;
