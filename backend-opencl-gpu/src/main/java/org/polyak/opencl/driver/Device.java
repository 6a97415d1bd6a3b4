package org.polyak.opencl.driver;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/**
 * A device of this machine, as its driver describes it. Holds no resource.
 *
 * @param index its place in the list of all devices
 * @param type GPU, CPU or other
 * @param name as the maker gives it
 * @param vendor the maker
 * @param platform name of the OpenCL platform
 * @param driver version of the driver
 * @param version OpenCL version of the device
 * @param extensions separated by spaces
 * @param computeUnits multiprocessors or cores
 * @param memoryBytes global memory
 * @param largestAllocation bytes
 * @param localMemoryBytes for one work-group
 * @param largestWorkGroup work-items
 * @param argumentBytes for the arguments of a kernel
 * @param computeCapability of NVIDIA's GPUs, times ten: 90 for 9.0; else 0
 * @param handle of OpenCL
 */
public record Device(
    int index,
    Type type,
    String name,
    String vendor,
    String platform,
    String driver,
    String version,
    String extensions,
    int computeUnits,
    long memoryBytes,
    long largestAllocation,
    long localMemoryBytes,
    long largestWorkGroup,
    long argumentBytes,
    int computeCapability,
    Handle handle) {
  private static final String NVIDIA_ATTRIBUTES = "cl_nv_device_attribute_query";
  private static final int COMPUTE_CAPABILITY_MAJOR_NV = 0x4000;
  private static final int COMPUTE_CAPABILITY_MINOR_NV = 0x4001;

  /** What kind of processor it is. */
  public enum Type {
    /** A graphics processor. */
    GPU,
    /** The host's processor. */
    CPU,
    /** Anything else, for example an accelerator card. */
    OTHER
  }

  /** The device's and the platform's ids, opaque outside this package. */
  public static final class Handle {
    final cl_platform_id platform;
    final cl_device_id device;

    Handle(cl_platform_id platform, cl_device_id device) {
      this.platform = platform;
      this.device = device;
    }
  }

  /** Whether kernels may contain NVIDIA's assembler. */
  public boolean isNvidia() {
    return type == Type.GPU && vendor.toLowerCase(Locale.ROOT).contains("nvidia");
  }

  static Device describe(int index, cl_platform_id platform, cl_device_id id) {
    long type = number(id, CL.CL_DEVICE_TYPE);
    return new Device(
        index,
        (type & CL.CL_DEVICE_TYPE_GPU) != 0
            ? Type.GPU
            : (type & CL.CL_DEVICE_TYPE_CPU) != 0 ? Type.CPU : Type.OTHER,
        text(id, CL.CL_DEVICE_NAME),
        text(id, CL.CL_DEVICE_VENDOR),
        platformName(platform),
        text(id, CL.CL_DRIVER_VERSION),
        text(id, CL.CL_DEVICE_VERSION),
        text(id, CL.CL_DEVICE_EXTENSIONS),
        (int) number(id, CL.CL_DEVICE_MAX_COMPUTE_UNITS),
        number(id, CL.CL_DEVICE_GLOBAL_MEM_SIZE),
        number(id, CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE),
        number(id, CL.CL_DEVICE_LOCAL_MEM_SIZE),
        number(id, CL.CL_DEVICE_MAX_WORK_GROUP_SIZE),
        number(id, CL.CL_DEVICE_MAX_PARAMETER_SIZE),
        computeCapability(id),
        new Handle(platform, id));
  }

  private static int computeCapability(cl_device_id id) {
    return text(id, CL.CL_DEVICE_EXTENSIONS).contains(NVIDIA_ATTRIBUTES)
        ? (int)
            (10 * number(id, COMPUTE_CAPABILITY_MAJOR_NV) + number(id, COMPUTE_CAPABILITY_MINOR_NV))
        : 0;
  }

  private static String platformName(cl_platform_id platform) {
    long[] size = {0};
    Status.check(
        CL.clGetPlatformInfo(platform, CL.CL_PLATFORM_NAME, 0, null, size), "asking a platform");
    byte[] bytes = new byte[(int) size[0]];
    Status.check(
        CL.clGetPlatformInfo(platform, CL.CL_PLATFORM_NAME, bytes.length, Pointer.to(bytes), null),
        "asking a platform");
    return trimmed(bytes);
  }

  private static String text(cl_device_id id, int property) {
    long[] size = {0};
    Status.check(CL.clGetDeviceInfo(id, property, 0, null, size), "asking a device");
    byte[] bytes = new byte[(int) size[0]];
    Status.check(
        CL.clGetDeviceInfo(id, property, bytes.length, Pointer.to(bytes), null), "asking a device");
    return trimmed(bytes);
  }

  /** Any property of at most eight bytes; the host is little-endian wherever JOCL runs. */
  private static long number(cl_device_id id, int property) {
    long[] value = {0};
    Status.check(
        CL.clGetDeviceInfo(id, property, Sizeof.cl_ulong, Pointer.to(value), null),
        "asking a device");
    return value[0];
  }

  /** C strings end with a zero; makers like to pad with spaces. */
  private static String trimmed(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8).replace("\0", "").strip();
  }
}
