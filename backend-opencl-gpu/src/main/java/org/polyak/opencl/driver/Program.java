package org.polyak.opencl.driver;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_program;

/** A built program. Released exactly once, by {@link #close}; its kernels stay usable. */
public final class Program implements AutoCloseable {
  /**
   * Local memory that a driver may count of its own: NVIDIA's says 16 bytes more than the kernel's
   * arrays have, and runs a kernel whose arrays fill the work-group's memory to the last byte.
   */
  private static final long DRIVERS_SHARE = 64;

  private final String name;
  private final Device device;
  private final cl_program handle;
  private boolean released;

  private Program(String name, Device device, cl_program handle) {
    this.name = name;
    this.device = device;
    this.handle = handle;
  }

  /**
   * Takes a program from the cache, or builds it from source and keeps it there.
   *
   * @param name for messages, usually the resource's
   * @param options of the compiler, for example {@code -DBLOCK=64}
   * @throws OpenClException with the compiler's log when the source does not build
   */
  public static Program build(
      Queue queue, ProgramCache cache, String name, String source, String options) {
    String key = ProgramCache.key(queue.device(), source, options);
    Optional<Program> cached =
        cache.find(key).flatMap(binary -> fromBinary(queue, name, binary, options));
    return cached.orElseGet(() -> {
      Program program = fromSource(queue, name, source, options);
      cache.keep(key, program.binary());
      return program;
    });
  }

  /**
   * One of its kernels.
   *
   * @throws OpenClException when there is none of this name, or it needs more local memory than the
   *     device has
   */
  public Kernel kernel(String function) {
    if (released) {
      throw new IllegalStateException("Program %s was released.".formatted(name));
    }
    int[] status = {0};
    cl_kernel kernel = CL.clCreateKernel(handle, function, status);
    Status.check(status[0], "looking up kernel '%s' of %s".formatted(function, name));
    long local = limit(kernel, CL.CL_KERNEL_LOCAL_MEM_SIZE);
    if (local > device.localMemoryBytes() + DRIVERS_SHARE) {
      CL.clReleaseKernel(kernel);
      throw new OpenClException(
          "Kernel '%s' of %s needs %,d bytes of local memory, and device '%s' has %,d for a work-group. Report it with the name of the device."
              .formatted(function, name, local, device.name(), device.localMemoryBytes()),
          CL.CL_OUT_OF_RESOURCES);
    }
    return new Kernel(function, kernel, limit(kernel, CL.CL_KERNEL_WORK_GROUP_SIZE));
  }

  @Override
  public void close() {
    if (!released) {
      released = true;
      Status.check(CL.clReleaseProgram(handle), "releasing program " + name);
    }
  }

  private long limit(cl_kernel kernel, int property) {
    long[] value = {0};
    Status.check(
        CL.clGetKernelWorkGroupInfo(
            kernel, device.handle().device, property, Sizeof.cl_ulong, Pointer.to(value), null),
        "asking what a kernel of %s needs".formatted(name));
    return value[0];
  }

  /** Empty when the driver does not take the binary: it is then built from source. */
  private static Optional<Program> fromBinary(
      Queue queue, String name, byte[] binary, String options) {
    int[] status = {0};
    cl_device_id[] devices = {queue.device().handle().device};
    cl_program handle =
        CL.clCreateProgramWithBinary(
            queue.context(),
            1,
            devices,
            new long[] {binary.length},
            new byte[][] {binary},
            null,
            status);
    if (status[0] != CL.CL_SUCCESS) {
      return Optional.empty();
    }
    if (build(handle, queue.device(), options) != CL.CL_SUCCESS) {
      CL.clReleaseProgram(handle);
      return Optional.empty();
    }
    return Optional.of(new Program(name, queue.device(), handle));
  }

  private static Program fromSource(Queue queue, String name, String source, String options) {
    int[] status = {0};
    cl_program handle =
        CL.clCreateProgramWithSource(queue.context(), 1, new String[] {source}, null, status);
    Status.check(status[0], "reading program " + name);
    cl_device_id device = queue.device().handle().device;
    int built = build(handle, queue.device(), options);
    if (built != CL.CL_SUCCESS) {
      String log = log(handle, device);
      CL.clReleaseProgram(handle);
      throw Status.failure(
          built,
          "building %s with '%s' for device '%s'; its compiler says:%n%s%n"
              .formatted(name, options.strip(), queue.device().name(), log));
    }
    return new Program(name, queue.device(), handle);
  }

  private static int build(cl_program program, Device device, String options) {
    try (SignalHandlers _ = SignalHandlers.keep()) {
      return CL.clBuildProgram(
          program, 1, new cl_device_id[] {device.handle().device}, options, null, null);
    }
  }

  private byte[] binary() {
    long[] size = {0};
    Status.check(
        CL.clGetProgramInfo(
            handle, CL.CL_PROGRAM_BINARY_SIZES, Sizeof.size_t, Pointer.to(size), null),
        "asking for the size of program " + name);
    byte[] binary = new byte[Math.toIntExact(size[0])];
    Status.check(
        CL.clGetProgramInfo(
            handle, CL.CL_PROGRAM_BINARIES, Sizeof.POINTER, Pointer.to(Pointer.to(binary)), null),
        "asking for the binary of program " + name);
    return binary;
  }

  private static String log(cl_program program, cl_device_id device) {
    long[] size = {0};
    CL.clGetProgramBuildInfo(program, device, CL.CL_PROGRAM_BUILD_LOG, 0, null, size);
    byte[] text = new byte[Math.toIntExact(size[0])];
    CL.clGetProgramBuildInfo(
        program, device, CL.CL_PROGRAM_BUILD_LOG, text.length, Pointer.to(text), null);
    return new String(text, StandardCharsets.UTF_8).replace("\0", "").strip();
  }
}
