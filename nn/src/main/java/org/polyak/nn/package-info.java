/** Neural networks on any backend: operations, autograd, layers, models and optimisers. */
@NullMarked
package org.polyak.nn;

import org.jspecify.annotations.NullMarked;
