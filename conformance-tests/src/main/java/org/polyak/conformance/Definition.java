package org.polyak.conformance;

/**
 * What a case holds a backend to.
 *
 * @param statement the equation or rule, as text
 * @param source where it stands: a paper's equation, or the contract's method
 */
public record Definition(String statement, String source) {
  @Override
  public String toString() {
    return statement + " (" + source + ")";
  }
}
