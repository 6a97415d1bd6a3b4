/** A program that learns to count on, with Polyak as a library. */
package com.example.counting;
