import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.InvokeInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Makes loops over vectors too large to be inlined into what calls them, with instructions that do
 * nothing; see ADR 35. A step of the build, after compilation: {@code java SealKernels.java FOLDER}
 * of class files.
 */
final class SealKernels {
  /** Bytes of instructions up to which C2 inlines a method that is called often (FreqInlineSize). */
  private static final int MOST_INLINED = 325;

  private SealKernels() {}

  public static void main(String[] arguments) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(arguments[0]))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        seal(file);
      }
    }
  }

  private static void seal(Path file) throws IOException {
    ClassFile classFile = ClassFile.of();
    ClassModel before = classFile.parse(file);
    if (before.methods().stream().anyMatch(SealKernels::isOpen)) {
      Files.write(
          file,
          classFile.transformClass(
              before,
              ClassTransform.transformingMethodBodies(
                  SealKernels::isOpen, new Padding())));
    }
  }

  /** Whether a method hands vectors to methods of ours, takes none itself, and could be inlined. */
  private static boolean isOpen(MethodModel method) {
    return size(method) <= MOST_INLINED
        && !hasVectors(method.methodType().stringValue())
        && method.code().stream()
            .flatMap(code -> code.elementStream())
            .anyMatch(element ->
                element instanceof InvokeInstruction call
                    && call.owner().asInternalName().startsWith("org/polyak/")
                    && hasVectors(call.type().stringValue()));
  }

  private static int size(MethodModel method) {
    return method.findAttribute(Attributes.code()).map(CodeAttribute::codeLength).orElse(0);
  }

  private static boolean hasVectors(String descriptor) {
    return descriptor.contains("Ljdk/incubator/vector/");
  }

  /** Puts what does nothing before a method's first instruction. */
  private static final class Padding implements CodeTransform {
    @Override
    public void atStart(CodeBuilder code) {
      for (int i = 0; i <= MOST_INLINED; i++) {
        code.nop();
      }
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      code.with(element);
    }
  }
}
