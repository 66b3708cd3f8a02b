// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import ObjectStore
public import StorageAPI
internal import Volumes

extension LocalClient {
  /// Makes the volume of the claim `key` smaller, and the claim, its request included, and the PersistentVolume with it: what the API
  /// refuses, for it cannot know whether the data fits.
  ///
  /// Nobody may use the volume; it must be an ext image that its checker finds clean. Throws, with everything as before, when that
  /// is not so, or when what the volume holds takes more than `size`.
  public func shrink(_ key: ObjectKey, to size: Quantity) async throws {
    let session = try await writing()
    let claim = PersistentVolumeClaim(json: try await get(key).json)
    guard claim.phase == .bound,
      let volume = try session.ledger.read({ try $0.get(PersistentVolume.self, name: claim.volumeName) }),
      volume.claimRef?.uid == claim.uid
    else {
      throw EngineError(
        .invalid, "claim \(key.qualifiedName) is not bound; only the volume of a bound claim can be made smaller")
    }
    guard let bytes = size.roundedUpBytes, bytes > 0 else {
      throw EngineError(.invalid, "a volume cannot have a size of \(size.text)")
    }
    let id = try HostEffects.id(of: volume)
    try await session.loop.write { transaction in
      try transaction.begin(
        VolumeOperation(volume: id.text, claim: claim.uid, pool: "", work: .shrink, started: transaction.now))
    }
    do {
      let record = try await lifecycle.shrink(id, to: bytes)
      try await session.loop.write { try Shrinking.conclude(record, in: $0) }
    } catch {
      try await session.loop.write { try $0.endOperation(on: id.text) }
      throw error
    }
  }
}

/// What the objects say of a volume that has become smaller.
enum Shrinking {
  /// Lowers the PersistentVolume of `record` and its claim, where they say more than there is, and ends the operation.
  static func conclude(_ record: VolumeRecord, in transaction: LedgerTransaction) throws {
    let size = Quantity(bytes: record.capacityBytes, format: .binarySI)
    for var volume in try transaction.reader.list(PersistentVolume.self) where volume.csiVolumeHandle == record.id {
      guard volume.csiDriver == WellKnown.orlop, record.growth == nil else { continue }
      guard let stated = volume.capacityText.flatMap({ try? Quantity($0) }), stated > size else { continue }
      volume.capacityText = size.text
      _ = try transaction.update(Resource(volume))
      guard let key = volume.claimRef?.key, let stored = try transaction.reader.get(key),
        stored.uid == volume.claimRef?.uid
      else { continue }
      var claim = PersistentVolumeClaim(json: stored.json)
      claim.json.set(.string(size.text), "spec", "resources", "requests", "storage")
      claim.statusCapacityText = size.text
      _ = try transaction.update(Resource(claim))
    }
    try transaction.endOperation(on: record.id)
  }
}
