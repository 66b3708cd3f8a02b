// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import ObjectStore
internal import StorageAPI
internal import Volumes

/// Finishes or undoes the volume operations that an earlier process had begun and not ended.
///
/// Two facts that agree are needed to destroy data: the operation's row, and the objects that no longer want the volume.
struct Replay {
  let ledger: Ledger
  let lifecycle: VolumeLifecycle
  let clock: @Sendable () -> Timestamp

  /// Looks at every operation that has not ended.
  ///
  /// A volume that is still wanted is left to the deciders, who come to it again by themselves.
  ///
  /// - Parameter works: the sorts of operations that are looked at; nil for all.
  func run(only works: Set<VolumeOperation.Work>? = nil) async throws {
    let operations = try ledger.read { try $0.operations() }.filter { works?.contains($0.work) ?? true }
    for operation in operations where [.grow, .shrink].contains(operation.work) {
      // Whoever wants it, or nobody: what was promised is carried on. What cannot be done now is told to the decider.
      let id = try VolumeID(operation.volume)
      _ = try? await lifecycle.finishGrowth(of: id)
      let record = try? await lifecycle.record(id)
      try ledger.write(at: clock()) { transaction in
        if let record, operation.work == .shrink { try Shrinking.conclude(record, in: transaction) }
        try transaction.endOperation(on: operation.volume)
      }
    }
    for operation in operations where ![.grow, .shrink].contains(operation.work) {
      guard try !isWanted(operation) else { continue }
      do throws(VolumeError) {
        if let snapshot = operation.snapshot {
          try await lifecycle.deleteSnapshot(try SnapshotID(snapshot))
        } else {
          try await lifecycle.delete(try VolumeID(operation.volume))
        }
      } catch {
        guard error.code == .inUse else { throw error }
        continue  // stays noted: the next start tries again
      }
      try ledger.write(at: clock()) { try $0.endOperation(on: operation.volume) }
    }
  }

  /// Whether a claim still waits for the volume, or its PersistentVolume is there; whether a content stands for the snapshot.
  private func isWanted(_ operation: VolumeOperation) throws -> Bool {
    try ledger.read { reader in
      if let snapshot = operation.snapshot {
        return try reader.list(VolumeSnapshotContent.self).contains { $0.handles.contains(snapshot) }
      }
      if try reader.get(PersistentVolume.self, name: operation.volume) != nil { return true }
      guard operation.work == .create else { return false }
      return try reader.list(PersistentVolumeClaim.self).contains { claim in
        claim.uid == operation.claim && claim.volumeName.isEmpty
      }
    }
  }
}
