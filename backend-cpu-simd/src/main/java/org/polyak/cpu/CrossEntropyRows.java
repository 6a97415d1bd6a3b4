package org.polyak.cpu;

/** The inner loops of softmax cross-entropy: one row at a time, on plain arrays. */
interface CrossEntropyRows {
  /**
   * The loss of one row.
   *
   * @param logits holds the row
   * @param offset its first element
   * @param classes its length C
   * @param target t in [0, C)
   * @param smoothing λ
   */
  float loss(float[] logits, int offset, int classes, int target, double smoothing);

  /**
   * The gradient of one row.
   *
   * @param logits holds the row
   * @param offset its first element
   * @param classes its length C
   * @param target t in [0, C)
   * @param smoothing λ
   * @param lossGradient gradient for the loss
   * @param gradient receives the gradient for the row
   * @param gradientOffset its first element
   */
  void gradient(
      float[] logits,
      int offset,
      int classes,
      int target,
      double smoothing,
      float lossGradient,
      float[] gradient,
      int gradientOffset);
}
