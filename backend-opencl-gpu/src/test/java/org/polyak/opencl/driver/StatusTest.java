package org.polyak.opencl.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jocl.CL;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.polyak.spi.DeviceException;

class StatusTest {
  /** The names of codes are JOCL's, which needs a loader. */
  @BeforeEach
  void requireLoader() {
    TestDevices.processor();
  }

  @Test
  void successIsNoFailure() {
    Status.check(CL.CL_SUCCESS, "trying");
    assertThat(Status.isOutOfMemory(CL.CL_SUCCESS)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "-2, CL_DEVICE_NOT_AVAILABLE, in use or was lost",
    "-3, CL_COMPILER_NOT_AVAILABLE, complete driver",
    "-4, CL_MEM_OBJECT_ALLOCATION_FAILURE, smaller batch",
    "-5, CL_OUT_OF_RESOURCES, was lost",
    "-6, CL_OUT_OF_HOST_MEMORY, host has no memory",
    "-11, CL_BUILD_PROGRAM_FAILURE, compiler refuses",
    "-34, CL_INVALID_CONTEXT, last checkpoint",
    "-36, CL_INVALID_COMMAND_QUEUE, last checkpoint",
    "-54, CL_INVALID_WORK_GROUP_SIZE, no work-group of this size",
    "-9999, -9999, memory that is not its own",
    "-59, CL_INVALID_OPERATION, the driver refused"
  })
  void aCodeBecomesAttemptCauseRemedyAndName(int status, String name, String meaning) {
    assertThatThrownBy(() -> Status.check(status, "launching kernel 'reduce'"))
        .isInstanceOf(DeviceException.class)
        .hasMessageStartingWith("OpenCL failed while launching kernel 'reduce': ")
        .hasMessageContaining(meaning)
        .hasMessageContaining(name)
        .extracting(failure -> ((OpenClException) failure).status())
        .isEqualTo(status);
  }
}
