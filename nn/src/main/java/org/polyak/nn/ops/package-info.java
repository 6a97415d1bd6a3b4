/**
 * The operations that models are made of: a validating façade over one backend that allocates,
 * computes and records, the gradient rules, and the compositions from verbs that stand in for every
 * fused operation which a backend does not offer.
 */
@NullMarked
package org.polyak.nn.ops;

import org.jspecify.annotations.NullMarked;
