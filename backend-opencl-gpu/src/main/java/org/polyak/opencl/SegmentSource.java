package org.polyak.opencl;

/** The resources of causal attention by segments. */
enum SegmentSource {
  /** The states at the starts of segments, and what gradients want first. */
  STATES("segments"),
  /** Output and gradient of queries. */
  READS("segmentreads"),
  /** Gradients of values and keys. */
  GRADIENTS("segmentgradients");

  private final String resource;

  SegmentSource(String resource) {
    this.resource = resource;
  }

  /** The file's name, without its ending. */
  String resource() {
    return resource;
  }
}
