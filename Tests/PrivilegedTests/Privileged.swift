// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import Testing

extension Trait where Self == ConditionTrait {
  /// The test needs root and a kernel that mounts. Without them it is skipped and says so; with `CI=true` it fails.
  static var privileged: Self {
    .enabled("needs root, loop devices and CAP_SYS_ADMIN (with CI=true it would fail)") {
      let missing = try Privilege.missing()
      if let missing, Privilege.isRequired { throw missing }
      return missing == nil
    }
  }
}

/// What a privileged test needs of the machine.
enum Privilege {
  /// Whether a missing privilege is a failure, as it is in CI.
  static var isRequired: Bool { getenv("CI").map { String(cString: $0) } == "true" }

  /// What is missing, or nil.
  static func missing() throws -> HostError? {
    guard getuid() == 0 else { return HostError(.notPermitted, "the privileged tests must run as root") }
    guard try Capability.effective().contains(.administration) else {
      return HostError(.notPermitted, "the privileged tests need CAP_SYS_ADMIN")
    }
    guard access("/dev/loop-control", R_OK | W_OK) == 0 else {
      return HostError(.unsupported, "the privileged tests need /dev/loop-control")
    }
    return nil
  }
}

/// For tests that make a mount namespace.
enum Namespace {
  /// A piece of shell that lets go of the new namespace's copies of other tests' mounts, all but those at `kept` and beneath it:
  /// they would keep those tests' volumes in use.
  static func leaveAll(but kept: String) -> String {
    """
    others=
    while read device at rest; do
      case $at in '\(kept)'|'\(kept)'/*) ;; */orlop-*) others="$at $others" ;; esac
    done </proc/self/mounts
    [ -z "$others" ] || umount -l $others 2>/dev/null || :
    """
  }
}
