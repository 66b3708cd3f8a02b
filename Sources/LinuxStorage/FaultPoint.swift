// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import Synchronization

/// Named places where a test can kill the process, to see what a power cut there leaves behind.
///
/// In debug builds the variable `ORLOP_FAULT=create.staged` (or `create.staged:3` for the third time) kills the process with
/// SIGKILL where `FaultPoint.reach("create.staged")` stands. Release builds contain nothing of it.
public enum FaultPoint {
  /// Dies here when the environment asks for it.
  @inlinable
  public static func reach(_ name: StaticString) {
    #if DEBUG
      reached(String(describing: name))
    #endif
  }

  #if DEBUG
    /// Where to die, and how many passages are left until then.
    private static let plan = Mutex(parse(getenv("ORLOP_FAULT").map { String(cString: $0) } ?? ""))

    @usableFromInline
    static func reached(_ name: String) {
      let dies = plan.withLock { plan in
        guard let current = plan, current.name == name else { return false }
        plan = (current.name, current.passages - 1)
        return current.passages == 1
      }
      if dies { kill(getpid(), SIGKILL) }
    }

    /// `name` or `name:n`; nil when it is neither.
    static func parse(_ text: String) -> (name: String, passages: Int)? {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard let name = parts.first, !name.isEmpty, parts.count <= 2 else { return nil }
      guard parts.count == 2 else { return (String(name), 1) }
      guard let passages = Int(parts[1]), passages > 0 else { return nil }
      return (String(name), passages)
    }
  #endif
}
