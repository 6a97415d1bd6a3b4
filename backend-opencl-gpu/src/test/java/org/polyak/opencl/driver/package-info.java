@NullMarked
package org.polyak.opencl.driver;

import org.jspecify.annotations.NullMarked;
