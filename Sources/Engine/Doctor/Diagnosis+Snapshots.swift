// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import ObjectStore
internal import StorageAPI
internal import Volumes

extension Diagnosis {
  /// Snapshots without contents, and contents without snapshots.
  static func snapshots(_ facts: HostFacts) -> [Finding] {
    let known = Set(facts.snapshotContents.flatMap(\.handles))
    let pending = Set(facts.operations.compactMap(\.snapshot))
    let orphans = facts.snapshots.sorted { $0.key < $1.key }.compactMap { id, record -> Finding? in
      switch record {
      case .failure(let error):
        return Finding(
          "snapshot \(id)", error.message, remedy: "restore its snapshot.json from a backup; nothing is deleted")
      case .success:
        guard !known.contains(id), !pending.contains(id) else { return nil }
        return Finding(
          "snapshot \(id)", "it has data and no VolumeSnapshotContent", remedy: "`orlop adopt` gives it one",
          repair: .adopt(volume: id))
      }
    }
    let seesAll = facts.pools.allSatisfy { $0.problem == nil }
    let lost = facts.snapshotContents.compactMap { content -> Finding? in
      guard content.driver == WellKnown.orlop, let id = content.snapshotHandle, facts.snapshots[id] == nil else {
        return nil
      }
      return Finding(
        "volumesnapshotcontent \(content.name)",
        "its snapshot \(id) is in no \(seesAll ? "" : "readable ")pool of this host",
        remedy: "mount the disk that holds it" + (seesAll ? ", or delete the snapshot if the data is lost" : ""))
    }
    return orphans + lost
  }
}
