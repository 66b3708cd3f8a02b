// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import SystemPackage

/// Where everything lies on this host. Nothing is written outside of these directories, whatever names and ids say.
public struct HostLayout: Sendable, Hashable {
  /// What outlives a reboot: `/var/lib/orlop`.
  public let state: String
  /// The pools, one directory each: `<state>/pools`.
  public let pools: String
  /// What does not outlive a reboot: `/run/orlop`.
  public let run: String

  /// The layout with these absolute directories; `pools` lies in `state` unless it is given.
  public init(state: String = "/var/lib/orlop", pools: String? = nil, run: String = "/run/orlop") {
    self.state = state
    self.pools = pools ?? state + "/pools"
    self.run = run
  }

  /// The staging mounts, one per volume.
  public var mounts: String { state + "/mounts" }
  /// The sandboxes, as `<namespace>/<name>`.
  public var sandboxes: String { state + "/pods" }

  /// The directory of `sandbox`.
  public func directory(of sandbox: SandboxName) -> String { "\(sandboxes)/\(sandbox.namespace)/\(sandbox.name)" }
  /// Where `volume` is seen in `sandbox`. Says nothing about whether it is mounted: see ``VolumeLifecycle/path(ofVolume:in:)``.
  public func path(ofVolume volume: String, in sandbox: SandboxName) -> String {
    "\(directory(of: sandbox))/volumes/\(volume)"
  }

  /// The one staging mount of the volume `id`.
  func stagingMount(of id: VolumeID) -> FilePath { FilePath(mounts).appending(id.text) }
}
