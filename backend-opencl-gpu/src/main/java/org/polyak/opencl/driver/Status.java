package org.polyak.opencl.driver;

import org.jocl.CL;

/** What OpenCL's bare error codes mean, and what to do about them. */
final class Status {
  /** NVIDIA's own code for a kernel that touched memory that is not its own. */
  private static final int ILLEGAL_ACCESS = -9999;

  private Status() {}

  /**
   * Does nothing for success.
   *
   * @param attempt what was tried, for example {@code launching kernel 'reduce'}
   * @throws OpenClException for any other status
   */
  static void check(int status, String attempt) {
    if (status != CL.CL_SUCCESS) {
      throw failure(status, attempt);
    }
  }

  /** The exception for a status that is no success. */
  static OpenClException failure(int status, String attempt) {
    return new OpenClException(
        "OpenCL failed while %s: %s (%s).".formatted(attempt, meaning(status), name(status)),
        status);
  }

  /** Whether a status says that the device has no room. */
  static boolean isOutOfMemory(int status) {
    return status == CL.CL_MEM_OBJECT_ALLOCATION_FAILURE
        || status == CL.CL_OUT_OF_RESOURCES
        || status == CL.CL_OUT_OF_HOST_MEMORY
        || status == CL.CL_INVALID_BUFFER_SIZE;
  }

  private static String name(int status) {
    return status == ILLEGAL_ACCESS ? "NVIDIA's -9999" : CL.stringFor_errorCode(status);
  }

  private static String meaning(int status) {
    return switch (status) {
      case CL.CL_DEVICE_NOT_AVAILABLE ->
          "the device is in use or was lost; free or reset it and try again";
      case CL.CL_COMPILER_NOT_AVAILABLE, CL.CL_LINKER_NOT_AVAILABLE ->
          "this driver has no compiler; install the complete driver of the device";
      case CL.CL_MEM_OBJECT_ALLOCATION_FAILURE ->
          "the device has no memory left; take a smaller batch or model";
      case CL.CL_OUT_OF_RESOURCES ->
          "the device is out of registers, local memory or memory, or was lost;"
              + " a smaller batch may help, else look into the system's log";
      case CL.CL_OUT_OF_HOST_MEMORY -> "the host has no memory left; take a smaller batch or model";
      case CL.CL_BUILD_PROGRAM_FAILURE, CL.CL_COMPILE_PROGRAM_FAILURE, CL.CL_LINK_PROGRAM_FAILURE ->
          "the device's compiler refuses a kernel; update the driver, or report it with this text";
      case CL.CL_INVALID_WORK_GROUP_SIZE, CL.CL_INVALID_WORK_ITEM_SIZE ->
          "the device allows no work-group of this size for this kernel;"
              + " report it with the name of the device";
      case CL.CL_INVALID_COMMAND_QUEUE,
          CL.CL_INVALID_CONTEXT,
          CL.CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST ->
          "an earlier kernel failed or the device was lost; look into the system's log and start"
              + " again from the last checkpoint";
      case ILLEGAL_ACCESS ->
          "a kernel touched memory that is not its own, which is a bug; report it";
      default -> "the driver refused, which is a bug here or there; report it";
    };
  }
}
