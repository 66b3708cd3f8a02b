// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import ObjectStore
internal import StorageAPI
internal import Volumes

/// What ``LocalClient/restore()`` has done.
public struct Restored: Sendable, Hashable {
  /// The pods, as `namespace/name`, that have mounts now and had fewer before.
  public var published: [String] = []
  /// Why other pods have none, by `namespace/name`.
  public var failures: [String: String] = [:]

  /// Nothing done and nothing failed.
  public init() {}

  /// Whether there was nothing to do.
  public var isQuiet: Bool { published.isEmpty && failures.isEmpty }
}

/// What ``LocalClient/adopt(only:)`` has done.
public struct Adopted: Sendable, Hashable {
  /// The ids of the volumes that have a PersistentVolume now.
  public var volumes: [String] = []
  /// The names of the VolumeSnapshotContents that snapshots have now.
  public var snapshots: [String] = []
  /// Why other volumes, or all those of a pool, have none.
  public var problems: [String] = []
}

extension LocalClient {
  /// Attaches and mounts what the objects ask for and the kernel does not show, as after a reboot, and takes down what
  /// no object asks for.
  public func restore() async throws -> Restored {
    let session = try await writing()
    let before = try await mountCounts()
    let plans = await session.loop.read { [node = session.node] in
      PublishPlanner(node: node).plansOfPublishedPods(in: $0)
    }
    var restored = Restored()
    var requests: [SandboxRequest] = []
    for plan in plans {
      do throws(VolumeError) {
        requests.append(try SandboxRequest(plan))
      } catch {
        restored.failures["\(plan.pod.namespace)/\(plan.pod.name)"] = error.message
      }
    }
    for (name, result) in await lifecycle.reconcile(requests) {
      switch result {
      case .success(let sandbox):
        if sandbox.mounts.count > before[name, default: 0] {
          restored.published.append("\(name.namespace)/\(name.name)")
        }
      case .failure(let error): restored.failures["\(name.namespace)/\(name.name)"] = error.message
      }
    }
    restored.published.sort()
    await session.loop.resync()
    try await session.loop.settle()
    return restored
  }

  private func mountCounts() async throws -> [SandboxName: Int] {
    Dictionary(try await lifecycle.published().map { ($0.name, $0.mounts.count) }, uniquingKeysWith: max)
  }

  /// Gives every volume on disk that has no PersistentVolume one, reserved for the claim that it was made for, and every snapshot
  /// its VolumeSnapshotContent. One whose record does not load does not keep the others from it.
  ///
  /// - Parameter only: the id of the one volume or snapshot to adopt, or nil for all.
  public func adopt(only: String? = nil) async throws -> Adopted {
    let session = try await writing()
    let known = try session.ledger.read { try $0.list(PersistentVolume.self) }.compactMap(\.csiVolumeHandle)
    var adopted = Adopted()
    for (id, result) in try await lifecycle.volumes() where !known.contains(id) && only ?? id == id {
      switch result {
      case .success(let record):
        let volume = VolumeOrigin(text: record.origin).persistentVolume(
          name: id, bytes: record.capacityBytes, source: record.source, annotations: record.annotations)
        _ = try await session.change(WriteOptions()) { try $0.create(Resource(volume)) }
        adopted.volumes.append(id)
      case .failure(let error): adopted.problems.append(error.message)
      }
    }
    try await adoptSnapshots(only: only, &adopted)
    if let only, adopted.volumes.isEmpty, adopted.snapshots.isEmpty, adopted.problems.isEmpty {
      throw EngineError(
        .invalid,
        "volume \(only) has a PersistentVolume already, or a snapshot of that id its VolumeSnapshotContent; or there is neither "
          + "in any pool of this host")
    }
    try await session.loop.settle()
    return adopted
  }

  /// Every difference between the store, the disk and the kernel.
  public func examine() async throws -> [Finding] {
    var facts = HostFacts()
    facts.volumes = try await lifecycle.examine()
    facts.sandboxes = try await lifecycle.published()
    facts.pools = try await lifecycle.pools()
    facts.snapshots = Dictionary(try await lifecycle.snapshots().map { ($0.id, $0.record) }) { first, _ in first }
    facts.snapshotContents = try reading(orWithout: []) { try $0.list(VolumeSnapshotContent.self) }
    (facts.persistentVolumes, facts.pods, facts.operations) = try reading(orWithout: ([], [], [])) {
      (try $0.list(PersistentVolume.self), try $0.list(Pod.self), try $0.operations())
    }
    return Diagnosis.findings(in: facts)
  }

  /// Does about `finding` what its repair says; nothing for one that takes a person.
  public func repair(_ finding: Finding) async throws {
    switch finding.repair {
    case .reconcile?: _ = try await restore()
    case .adopt(let volume)?: _ = try await adopt(only: volume)
    case .unpublish(let namespace, let pod)?:
      try await lifecycle.unpublish(try SandboxName(namespace: namespace, name: pod))
    case .sweep?: _ = try await lifecycle.sweep()
    case nil: break
    }
  }

  /// Makes the directory `name` of the pools a pool.
  public func preparePool(_ name: String, quotas: Bool = false) async throws {
    try await lifecycle.preparePool(name, quotas: quotas)
  }

  /// Gives the right to change objects back, for whoever waits for it.
  public func release() { session = nil }
}

extension PublishPlanner {
  /// What the pods that the store calls published see of their volumes.
  fileprivate func plansOfPublishedPods(in world: World) -> [PublishPlan] {
    world.all(Pod.self)
      .filter { $0.isPublished && !$0.isTerminating && !$0.isFinished }
      .compactMap { plan(for: $0, in: world) }
  }
}
