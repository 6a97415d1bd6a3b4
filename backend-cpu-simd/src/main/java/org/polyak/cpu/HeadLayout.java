package org.polyak.cpu;

/**
 * Where the rows of a head lie in scratch memory.
 *
 * @param keys rows as wide as keys
 * @param values rows as wide as values
 */
record HeadLayout(RowLayout keys, RowLayout values) {
  /** Row after row. */
  static HeadLayout dense(HeadShape shape, int lanes) {
    return new HeadLayout(
        RowLayout.dense(shape.keyStride(), lanes), RowLayout.dense(shape.valueStride(), lanes));
  }

  /** As a scan wants blocks of so many tokens. */
  static HeadLayout of(CausalScan scan, HeadShape shape, int tokens) {
    return new HeadLayout(
        scan.layout(shape.keyStride(), tokens), scan.layout(shape.valueStride(), tokens));
  }
}
