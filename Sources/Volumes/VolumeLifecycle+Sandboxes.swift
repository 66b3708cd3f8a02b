// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension VolumeLifecycle {
  // MARK: Sandboxes

  /// Makes the sandbox as `request` says: stages its volumes, mounts them into it and into its containers' directories.
  ///
  /// What is right already is left alone; after an error nothing that this call mounted is visible. A growth that waits for a volume
  /// to be unmounted is finished first; if that fails, the volume is mounted at its old size.
  public func publish(_ request: SandboxRequest) async throws(VolumeError) -> PublishedSandbox {
    let plan = try SandboxPlan(request)
    let keys = Set(plan.volumeIDs.map(key) + [key(request.name)])
    return try await keeper.threads.run { () async throws(VolumeError) in
      try await self.turns.run(keys) { () async throws(VolumeError) in try await self.keeper.publishGrown(plan) }
    }
  }

  /// Takes the sandbox down, removes its directory, and unstages the volumes that nobody else sees. Nothing for one that is not there.
  ///
  /// Throws ``VolumeError/Code/inUse``, naming who, when somebody still works in it; what was taken down by then stays so.
  public func unpublish(_ name: SandboxName) async throws(VolumeError) {
    try await keeper.threads.run { () async throws(VolumeError) in
      try await self.turns.run([self.key(name)]) { () async throws(VolumeError) in try await self.takeDown(name) }
    }
  }

  private func takeDown(_ name: SandboxName) async throws(VolumeError) {
    for id in try keeper.unbind(name).sorted() {
      _ = try await turn([key(id)]) { (keeper) throws(VolumeError) in try keeper.unstageIfIdle(id) }
    }
    try keeper.remove(name)
  }

  /// The sandboxes that have a directory on this host, with the mounts that the kernel shows in them.
  public func published() async throws(VolumeError) -> [PublishedSandbox] {
    try await look { (keeper) throws(VolumeError) in try keeper.published() }
  }

  /// The path of `volume` in `sandbox`; throws ``VolumeError/Code/notFound`` unless the kernel says that it is mounted.
  public func path(ofVolume volume: String, in sandbox: SandboxName) async throws(VolumeError) -> String {
    try await look { (keeper) throws(VolumeError) in try keeper.path(ofVolume: volume, in: sandbox) }
  }

  /// Publishes each of `requests`, as after a reboot, several at a time. One that fails does not keep the others back: the result
  /// has each of them. A sandbox that nobody asks for is left alone: who knows what it is for can unpublish it.
  public func reconcile(_ requests: [SandboxRequest]) async -> [SandboxName: Result<PublishedSandbox, VolumeError>] {
    return await withTaskGroup(of: (SandboxName, Result<PublishedSandbox, VolumeError>).self) { group in
      for request in requests {
        group.addTask {
          do throws(VolumeError) {
            return (request.name, .success(try await self.publish(request)))
          } catch {
            return (request.name, .failure(error))
          }
        }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
  }
}
