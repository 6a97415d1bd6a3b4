package org.polyak.cpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes kernel objects for a vector width.
 *
 * <p>C2 turns the Vector API into machine code only where the species is a constant, so a kernel
 * class holds it in a static final field. For the machine's preferred width the class is used as it
 * is; for any other width the same class file is defined once more as a hidden class that carries
 * the width as its class data. So widths can be compared in one JVM and no kernel is written twice.
 * Mixing widths in one JVM is for tests, though: the compiler then no longer inlines {@link
 * VectorMath}.
 *
 * <p>Rules for a kernel class: package-private, final, a constructor without parameters, reached
 * only through an interface and this loader, no state, no private members of nested classes used
 * across the nest.
 */
final class KernelLoader {
  /** Kernels have no state: all backends of the JVM share them, and their compiled code. */
  private static final ClassValue<Map<VectorWidth, Object>> KERNELS =
      new ClassValue<>() {
        @Override
        protected Map<VectorWidth, Object> computeValue(Class<?> kernelClass) {
          return new ConcurrentHashMap<>();
        }
      };

  private KernelLoader() {}

  /**
   * The kernel object of the given class for the given width.
   *
   * @throws IllegalStateException if the class does not obey the rules above
   */
  static <K> K load(Class<? extends K> kernelClass, VectorWidth width) {
    @SuppressWarnings("unchecked") // a copy of kernelClass implements the same interfaces
    K kernel =
        (K) KERNELS.get(kernelClass).computeIfAbsent(width, wanted -> make(kernelClass, wanted));
    return kernel;
  }

  private static Object make(Class<?> kernelClass, VectorWidth width) {
    try {
      Class<?> loaded =
          width == VectorWidth.preferred()
              ? kernelClass
              : MethodHandles.lookup()
                  .defineHiddenClassWithClassData(classFile(kernelClass), width, true)
                  .lookupClass();
      return loaded.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Not a kernel class: " + kernelClass.getName(), e);
    }
  }

  private static byte[] classFile(Class<?> kernelClass) {
    String file = kernelClass.getSimpleName() + ".class";
    try (InputStream in = kernelClass.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("No class file for kernel " + kernelClass.getName());
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the class file of " + kernelClass.getName(), e);
    }
  }
}
