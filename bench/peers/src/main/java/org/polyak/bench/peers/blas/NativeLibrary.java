package org.polyak.bench.peers.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandleProxies;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;

/** A native library whose functions can be called as long as the process lives. */
final class NativeLibrary {
  private final SymbolLookup symbols;

  private NativeLibrary(SymbolLookup symbols) {
    this.symbols = symbols;
  }

  /**
   * Loads libraries, of which the last is wanted and the others are what it needs: the loader of
   * the system takes what was loaded before under the same name.
   */
  @SuppressWarnings("restricted") // Peers are native code, which is why they run by themselves
  static NativeLibrary load(Path folder, List<String> files) {
    SymbolLookup last = SymbolLookup.loaderLookup();
    for (String file : files) {
      last = SymbolLookup.libraryLookup(folder.resolve(file), Arena.global());
    }
    return new NativeLibrary(last);
  }

  /**
   * A function.
   *
   * @param type a public interface with one method, which has the function's parameters
   * @param name of the function
   * @param signature of the function
   */
  @SuppressWarnings("restricted")
  <T> T function(Class<T> type, String name, FunctionDescriptor signature) {
    MemorySegment address =
        symbols
            .find(name)
            .orElseThrow(() -> new IllegalStateException("The library has no function " + name));
    return MethodHandleProxies.asInterfaceInstance(
        type, Linker.nativeLinker().downcallHandle(address, signature));
  }

  /** A function {@code void f(int)}. */
  IntConsumer setter(String name) {
    return function(IntConsumer.class, name, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
  }

  /** A function {@code char* f(void)}, called: its text. */
  @SuppressWarnings("restricted")
  String text(String name) {
    MemorySegment text =
        function(Text.class, name, FunctionDescriptor.of(ValueLayout.ADDRESS)).get();
    return text.reinterpret(Long.MAX_VALUE).getString(0);
  }

  /** A function that gives an address. */
  public interface Text {
    /** Calls it. */
    MemorySegment get();
  }
}
