// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import ObjectStore
internal import StorageAPI
internal import Volumes

/// What the store says, what the disk says and what the kernel says, side by side.
struct HostFacts: Sendable {
  /// The volumes on disk and what the kernel shows of them, in the order of their ids.
  var volumes: [VolumeExamination] = []
  /// The sandboxes that have a directory on this host.
  var sandboxes: [PublishedSandbox] = []
  /// The pools.
  var pools: [PoolStatus] = []
  /// The objects of the store.
  var persistentVolumes: [PersistentVolume] = []
  /// The snapshots on disk, by id; an error where a record does not load.
  var snapshots: [String: Result<SnapshotRecord, VolumeError>] = [:]
  /// What the store knows of snapshots on disk.
  var snapshotContents: [VolumeSnapshotContent] = []
  /// The pods of the store.
  var pods: [Pod] = []
  /// The operations that have begun and not ended.
  var operations: [VolumeOperation] = []
}

/// Compares the three truths and names every difference; decides, and does nothing.
enum Diagnosis {
  /// Every difference in `facts`, those of pools first.
  static func findings(in facts: HostFacts) -> [Finding] {
    pools(facts) + volumes(facts) + persistentVolumes(facts) + snapshots(facts) + operations(facts) + pods(facts)
      + sandboxes(facts)
  }

  private static func pools(_ facts: HostFacts) -> [Finding] {
    facts.pools.compactMap { pool in
      pool.problem.map { problem in
        Finding(
          "pool \(pool.name)", problem,
          remedy: pool.uuid == nil
            ? "mount the disk of \(pool.path), or make it a pool with `orlop pool prepare \(pool.name)`"
            : "see what the kernel says of the disk of \(pool.path) (dmesg)")
      }
    }
  }

  private static func volumes(_ facts: HostFacts) -> [Finding] {
    let known = Set(facts.persistentVolumes.compactMap(\.csiVolumeHandle))
    let pending = Set(facts.operations.map(\.volume))
    let pools = Set(facts.pools.map { "pool \($0.name)" })  // a finding of their own
    return facts.volumes.flatMap { volume -> [Finding] in
      let id = volume.id
      if pools.contains(id) { return [] }
      switch volume.record {
      case .failure(let error):
        return [
          Finding("volume \(id)", error.message, remedy: "restore its volume.json from a backup; nothing is deleted")
        ]
      case .success:
        var findings: [Finding] = []
        if !known.contains(id), !pending.contains(id) {
          findings.append(
            Finding(
              "volume \(id)", "it has data and no PersistentVolume", remedy: "`orlop adopt` gives it one",
              repair: .adopt(volume: id)))
        }
        if let damage = volume.damage {
          findings.append(Finding("volume \(id)", damage.message, remedy: damage.remedy))
        }
        if let leak = leak(volume.state) {
          findings.append(
            Finding("volume \(id)", leak, remedy: "`orlop doctor --fix` takes it down", repair: .sweep))
        }
        return findings
      }
    }
  }

  /// What is attached or mounted of a volume that no sandbox sees.
  private static func leak(_ state: VolumeState) -> String? {
    guard state.publishedAt.isEmpty else { return nil }
    if let path = state.stagedAt { return "it is mounted at \(path) and no pod uses it" }
    return state.device.map { "it is attached to \($0) and mounted nowhere" }
  }

  private static func persistentVolumes(_ facts: HostFacts) -> [Finding] {
    let seesAll = facts.pools.allSatisfy { $0.problem == nil }
    let onDisk = Set(facts.volumes.map(\.id))
    return facts.persistentVolumes.compactMap { volume in
      guard volume.csiDriver == WellKnown.orlop, let id = volume.csiVolumeHandle, !onDisk.contains(id) else {
        return nil
      }
      return Finding(
        "persistentvolume \(volume.name)",
        "its volume \(id) is in no \(seesAll ? "" : "readable ")pool of this host",
        remedy: "mount the disk that holds it"
          + (seesAll ? ", or delete the PersistentVolume if the data is lost" : ""))
    }
  }

  private static func operations(_ facts: HostFacts) -> [Finding] {
    facts.operations.map { operation in
      Finding(
        operation.snapshot.map { "snapshot \($0)" } ?? "volume \(operation.volume)",
        "its \(operation.work.rawValue) was begun at \(operation.started) and never ended",
        remedy: "`orlop reconcile` finishes or undoes it", repair: .reconcile)
    }
  }

  /// Pods that are published by the store's word alone.
  private static func pods(_ facts: HostFacts) -> [Finding] {
    let mounted = Dictionary(
      facts.sandboxes.map { ("\($0.name.namespace)/\($0.name.name)", $0) }, uniquingKeysWith: { first, _ in first })
    return facts.pods.compactMap { pod in
      guard pod.isPublished, mounted["\(pod.namespace)/\(pod.name)"]?.mounts.isEmpty != false, pod.hasMounts else {
        return nil
      }
      return Finding(
        "pod \(pod.namespace)/\(pod.name)", "it is Running and its volumes are not mounted",
        remedy: "`orlop reconcile` mounts them", repair: .reconcile)
    }
  }

  private static func sandboxes(_ facts: HostFacts) -> [Finding] {
    let known = Set(facts.pods.map { "\($0.namespace)/\($0.name)" })
    return facts.sandboxes.compactMap { sandbox in
      let name = "\(sandbox.name.namespace)/\(sandbox.name.name)"
      guard !known.contains(name) else { return nil }
      return Finding(
        "pod \(name)", "it has a directory with \(sandbox.mounts.count) mounts, and there is no such pod",
        remedy: "`orlop doctor --fix` takes them down",
        repair: .unpublish(namespace: sandbox.name.namespace, pod: sandbox.name.name))
    }
  }
}

extension Pod {
  /// Whether some container of the pod mounts a volume.
  var hasMounts: Bool { allContainers.contains { !$0.volumeMounts.isEmpty } }
}
