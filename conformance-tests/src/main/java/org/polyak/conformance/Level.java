package org.polyak.conformance;

/** How binding a case is. */
public enum Level {
  /** A backend that fails it is not conformant. */
  MUST,
  /** What users may expect, but OpenCL's or CUDA's full profiles leave open. */
  SHOULD
}
