// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Keeps Bound volumes from vanishing (rules T1, T8, T11).
public struct VolumeProtection: Decider {
  /// Its name in logs.
  public let name = "volume-protection"
  /// The kind that it decides about.
  public let kind = Kind.persistentVolume

  /// The protection of volumes.
  public init() {}

  /// What the object needs now.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let volume = world.volume(key.name) else { return Decision(Reason("B56", "the volume is gone")) }
    var changed = volume
    switch (volume.isTerminating, volume.hasFinalizer(WellKnown.volumeProtection)) {
    case (false, true): return Decision(Reason("T1", "the volume is protected"))
    case (false, false):
      changed.addFinalizer(WellKnown.volumeProtection)
      return Decision(Reason("T1", "the volume gets its protection"), [.update(Resource(changed))])
    case (true, false): return Decision(Reason("T11", "the volume's deletion does not wait for its claim"))
    case (true, true):
      guard volume.phase != .bound else {
        return Decision(Reason("T8", "the volume's deletion waits for the end of its claim"))
      }
      changed.removeFinalizer(WellKnown.volumeProtection)
      return Decision(Reason("T8", "the volume is not bound"), [.update(Resource(changed))])
    }
  }
}
