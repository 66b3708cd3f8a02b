// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage

/// A privilege that a process may have beyond its files' permissions, capabilities(7).
public enum Capability: String, Sendable, Hashable, CaseIterable {
  /// To change owners of files.
  case changeOwner = "CAP_CHOWN"
  /// To pass over permissions of files.
  case overrideAccess = "CAP_DAC_OVERRIDE"
  /// To make files immutable.
  case immutable = "CAP_LINUX_IMMUTABLE"
  /// To mount, and to attach loop devices.
  case administration = "CAP_SYS_ADMIN"
  /// To grow a mounted filesystem.
  case resource = "CAP_SYS_RESOURCE"
  /// To make device nodes.
  case makeNode = "CAP_MKNOD"

  /// Those that this process has, capget(2).
  public static func effective() throws(HostError) -> Set<Capability> {
    var bits: UInt64 = 0
    try shim("capget", "ask for the capabilities of this process") { orlop_effective_capabilities(&bits) }
    return Set(allCases.filter { bits & (1 << $0.bit) != 0 })
  }

  private var bit: UInt64 {
    switch self {
    case .changeOwner: 0
    case .overrideAccess: 1
    case .immutable: 9
    case .administration: 21
    case .resource: 24
    case .makeNode: 27
    }
  }
}
