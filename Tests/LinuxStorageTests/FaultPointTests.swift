// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import Testing

@Suite struct FaultPointTests {
  @Test("The process dies by SIGKILL at the point that ORLOP_FAULT names")
  func dies() async {
    await #expect(processExitsWith: .signal(SIGKILL)) {
      setenv("ORLOP_FAULT", "create.staged", 1)
      FaultPoint.reach("create.staged")
    }
  }

  @Test("With a number it dies at that passage, and not before")
  func counts() async {
    await #expect(processExitsWith: .exitCode(7)) {
      setenv("ORLOP_FAULT", "create.staged:3", 1)
      FaultPoint.reach("create.staged")
      FaultPoint.reach("create.staged")
      exit(7)
    }
    await #expect(processExitsWith: .signal(SIGKILL)) {
      setenv("ORLOP_FAULT", "create.staged:3", 1)
      for _ in 0..<3 { FaultPoint.reach("create.staged") }
    }
  }

  @Test("Another name, no variable, or nonsense in it changes nothing")
  func survives() async {
    await #expect(processExitsWith: .success) {
      setenv("ORLOP_FAULT", "create", 1)
      FaultPoint.reach("create.staged")
    }
    await #expect(processExitsWith: .success) {
      unsetenv("ORLOP_FAULT")
      FaultPoint.reach("create.staged")
    }
    await #expect(processExitsWith: .success) {
      setenv("ORLOP_FAULT", "create.staged:0", 1)
      FaultPoint.reach("create.staged")
    }
  }
}
