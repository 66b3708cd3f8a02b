// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import LinuxStorage

/// The life of the volumes and sandboxes of one host: the door that everything above comes through.
///
/// Every function may be called from any task at any time, may be repeated, and may be cut off at any point: the next call
/// finishes or undoes what is half done. Work on one volume takes turns; work on different volumes does not wait.
public final class VolumeLifecycle: Sendable {
  /// Where everything lies.
  public let layout: HostLayout
  private let host: any StorageHost

  /// The lifecycle on `host`, in the directories of `layout`.
  public init(layout: HostLayout, host: any StorageHost) {
    self.layout = layout
    self.host = host
  }
}

extension VolumeLifecycle {
  // MARK: Volumes

  /// Creates the volume that `request` describes, durably, or returns it if it exists and is the same.
  ///
  /// Throws ``VolumeError/Code/conflict`` when it exists but differs, ``VolumeError/Code/noSpace`` when the pool cannot
  /// promise it, ``VolumeError/Code/poolMissing`` when the pool's marker is not there.
  public func create(_ request: VolumeRequest) async throws(VolumeError) -> VolumeRecord { throw Self.notYet }

  /// Deletes the volume `id` and its data; a volume that is not there is deleted already.
  ///
  /// Throws ``VolumeError/Code/inUse``, naming who, when the kernel says that anybody uses it.
  public func delete(_ id: VolumeID) async throws(VolumeError) { throw Self.notYet }

  /// Empties the volume `id`, so that it is as it was created; for directory volumes alone, and not while in use.
  public func recycle(_ id: VolumeID) async throws(VolumeError) { throw Self.notYet }

  /// The record of `id`; throws ``VolumeError/Code/notFound`` or ``VolumeError/Code/damaged``.
  public func record(_ id: VolumeID) async throws(VolumeError) -> VolumeRecord { throw Self.notYet }

  /// Every volume of every pool, in the order of their ids; one whose record does not load has an error instead.
  public func volumes() async throws(VolumeError) -> [(id: String, record: Result<VolumeRecord, VolumeError>)] {
    throw Self.notYet
  }

  /// How full the volume `id` is.
  public func usage(of id: VolumeID) async throws(VolumeError) -> VolumeUsage { throw Self.notYet }

  /// Where the volume `id` is attached, staged and published, as the kernel says now.
  public func state(of id: VolumeID) async throws(VolumeError) -> VolumeState { throw Self.notYet }

  // MARK: Pools

  /// The pools and how full they are, in the order of their names.
  public func pools() async throws(VolumeError) -> [PoolStatus] { throw Self.notYet }

  /// Makes the directory `name` of the pools a pool: gives it its marker. Nothing is done to a pool that has one.
  public func preparePool(_ name: String) async throws(VolumeError) { throw Self.notYet }

  /// Removes what earlier processes left half-made: staging entries without a builder, trash, idle staging mounts.
  public func sweep() async throws(VolumeError) -> SweepReport { throw Self.notYet }

  // MARK: Sandboxes

  /// Makes the sandbox as `request` says: stages its volumes, mounts them into it and into its containers' directories.
  ///
  /// What is right already is left alone; after an error nothing of this call is visible.
  public func publish(_ request: SandboxRequest) async throws(VolumeError) -> PublishedSandbox { throw Self.notYet }

  /// Takes the sandbox down, removes its directory, and unstages the volumes that nobody else sees.
  public func unpublish(_ name: SandboxName) async throws(VolumeError) { throw Self.notYet }

  /// The sandboxes that have a directory on this host, with the mounts that the kernel shows in them.
  public func published() async throws(VolumeError) -> [PublishedSandbox] { throw Self.notYet }

  /// The path of `volume` in `sandbox`; throws ``VolumeError/Code/notFound`` unless the kernel says that it is mounted.
  public func path(ofVolume volume: String, in sandbox: SandboxName) async throws(VolumeError) -> String {
    throw Self.notYet
  }

  /// Makes the host as `requests` say, after a reboot or at any time: publishes each of them and unpublishes every other
  /// sandbox. One that fails does not keep the others back.
  public func reconcile(_ requests: [SandboxRequest]) async -> [SandboxName: Result<PublishedSandbox, VolumeError>] {
    [:]
  }

  private static var notYet: VolumeError { VolumeError(.unsupported, "this part is not built yet") }
}
