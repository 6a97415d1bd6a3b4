package org.polyak.opencl.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jocl.CL;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/** What OpenCL finds on this machine. */
public sealed interface Devices {
  /** The status of the loader when no driver is registered. */
  int NO_PLATFORM = -1001;

  /**
   * At least one device.
   *
   * @param all platform by platform, in the drivers' order
   */
  record Found(List<Device> all) implements Devices {}

  /**
   * None.
   *
   * @param reason why, as half a sentence
   * @param remedy what to do about it, as a sentence
   */
  record Missing(String reason, String remedy) implements Devices {}

  /** Asks the loader and every driver. Opens nothing. */
  static Devices find() {
    Optional<Missing> obstacle = Loader.obstacle();
    if (obstacle.isPresent()) {
      return obstacle.get();
    }
    try (SignalHandlers _ = SignalHandlers.keep()) {
      return search();
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      return Loader.broken(e);
    }
  }

  private static Devices search() {
    CL.setExceptionsEnabled(false);
    int[] count = {0};
    int status = CL.clGetPlatformIDs(0, null, count);
    if (status == NO_PLATFORM || (status == CL.CL_SUCCESS && count[0] == 0)) {
      return new Missing(
          "no OpenCL platform: the loader is here, but no driver is registered with it",
          "Install the driver of your device; on a machine without a GPU, pocl-opencl-icd (Debian)."
              + " In a container the file /etc/OpenCL/vendors/nvidia.icd must name"
              + " libnvidia-opencl.so.1.");
    }
    Status.check(status, "listing the platforms");
    cl_platform_id[] platforms = new cl_platform_id[count[0]];
    Status.check(CL.clGetPlatformIDs(platforms.length, platforms, null), "listing the platforms");
    List<Device> devices = new ArrayList<>();
    for (cl_platform_id platform : platforms) {
      for (cl_device_id id : devicesOf(platform)) {
        devices.add(Device.describe(devices.size(), platform, id));
      }
    }
    return devices.isEmpty()
        ? new Missing(
            "no OpenCL device: %d platform(s), none with a device".formatted(platforms.length),
            "See that the device is plugged in, visible to this user, and that its driver runs.")
        : new Found(List.copyOf(devices));
  }

  private static cl_device_id[] devicesOf(cl_platform_id platform) {
    int[] count = {0};
    int status = CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, 0, null, count);
    if (status == CL.CL_DEVICE_NOT_FOUND) {
      return new cl_device_id[0];
    }
    Status.check(status, "listing the devices of a platform");
    cl_device_id[] ids = new cl_device_id[count[0]];
    Status.check(
        CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, ids.length, ids, null),
        "listing the devices of a platform");
    return ids;
  }
}
