/** A backend in plain Java that implements the verbs and nothing else. */
package com.example.heap;
