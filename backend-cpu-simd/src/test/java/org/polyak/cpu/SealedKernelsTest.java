package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No loop over vectors that calls helpers is small enough to be inlined (ADR 35). */
class SealedKernelsTest {
  /** Bytes of instructions up to which C2 inlines what is called often. */
  private static final int MOST_INLINED = 325;

  @Test
  void loopsThatHandVectorsToHelpersAreTooLargeToBeInlined() throws Exception {
    List<MethodModel> loops = loops();
    assertThat(loops)
        .extracting(SealedKernelsTest::name)
        .contains(
            "org/polyak/cpu/VectorHeadRows.runningDenominators",
            "org/polyak/cpu/VectorUnaryKernel.tanh");
    assertThat(loops)
        .as("'mvn process-classes' seals them")
        .allSatisfy(loop ->
            assertThat(loop.findAttribute(Attributes.code()).orElseThrow().codeLength())
                .as(name(loop))
                .isGreaterThan(MOST_INLINED));
  }

  private static List<MethodModel> loops() throws IOException, URISyntaxException {
    Path marker = Path.of(KernelLoader.class.getResource("KernelLoader.class").toURI());
    try (Stream<Path> files = Files.list(marker.getParent())) {
      return files
          .filter(file -> file.toString().endsWith(".class"))
          .map(SealedKernelsTest::parse)
          .flatMap(type -> type.methods().stream())
          .filter(SealedKernelsTest::isLoop)
          .toList();
    }
  }

  private static ClassModel parse(Path file) {
    try {
      return ClassFile.of().parse(file);
    } catch (IOException e) {
      throw new IllegalStateException("Cannot read " + file, e);
    }
  }

  private static boolean isLoop(MethodModel method) {
    return !hasVectors(method.methodType().stringValue())
        && method.code().stream()
            .flatMap(code -> code.elementStream())
            .anyMatch(element ->
                element instanceof InvokeInstruction call
                    && call.owner().asInternalName().startsWith("org/polyak/")
                    && hasVectors(call.type().stringValue()));
  }

  private static boolean hasVectors(String descriptor) {
    return descriptor.contains("Ljdk/incubator/vector/");
  }

  private static String name(MethodModel method) {
    return method.parent().orElseThrow().thisClass().asInternalName()
        + "."
        + method.methodName().stringValue();
  }
}
