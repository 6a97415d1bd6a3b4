package org.polyak.tasks.train;

/**
 * How good a model is.
 *
 * @param loss mean over the scored positions, in nats
 * @param metric mean of the task's metric over them
 */
public record Evaluation(double loss, double metric) {}
