// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// The volumes that any claim may have, arranged so that the best one for a claim is found in logarithmic time
/// (rules B4-B19).
struct FreeVolumes: Sendable {
  /// What must be equal on a claim and a volume.
  private struct Shelf: Sendable, Hashable {
    let className: String
    let attributesClassName: String
    let volumeMode: VolumeMode
  }

  /// One volume on its shelf: smallest first, equal ones by name, so that the choice is always the same (rules B18, B19).
  private struct Entry: Sendable, Comparable {
    let capacity: Quantity
    let name: String

    static func < (left: Entry, right: Entry) -> Bool {
      left.capacity == right.capacity ? left.name < right.name : left.capacity < right.capacity
    }
  }

  private var groups: [AccessModeSet: [Shelf: SortedBlocks<Entry>]] = [:]
  private var order: [AccessModeSet] = []

  /// Whether any claim may have `volume`: it points to nobody, is Available (rule B14), and is not being deleted (rule B10).
  static func isFree(_ volume: PersistentVolume) -> Bool {
    volume.phase == .available && volume.claimRef == nil && !volume.isTerminating
  }

  /// Takes note of `volume` if it is free, or forgets it.
  mutating func change(_ volume: PersistentVolume, adding: Bool) {
    guard Self.isFree(volume), let capacity = volume.capacity else { return }
    let modes = AccessModeSet(volume.accessModes)
    let shelf = Shelf(
      className: volume.className, attributesClassName: volume.attributesClassName, volumeMode: volume.volumeMode)
    let entry = Entry(capacity: capacity, name: volume.name)
    if adding {
      if groups[modes] == nil {
        order.append(modes)
        order.sort()
      }
      groups[modes, default: [:]][shelf, default: SortedBlocks()].insert(entry)
    } else {
      groups[modes]?[shelf]?.remove(entry)
    }
  }

  /// The sets of access modes of free volumes that contain `requested`, those with fewer modes first (rule B4).
  func groups(containing requested: AccessModeSet) -> [AccessModeSet] { order.filter { $0.contains(requested) } }

  /// The name of the smallest volume of the group `modes` that is large enough for `claim` and on its shelf, and that
  /// `isWanted` says yes to (rules B7-B9, B16, B18).
  func smallest(
    in modes: AccessModeSet, for claim: PersistentVolumeClaim, request: Quantity, where isWanted: (String) -> Bool
  ) -> String? {
    let shelf = Shelf(
      className: claim.className, attributesClassName: claim.attributesClassName, volumeMode: claim.volumeMode)
    return groups[modes]?[shelf]?.first(notBefore: { $0.capacity < request }, where: { isWanted($0.name) })?.name
  }
}

extension PersistentVolume {
  /// `capacity.storage`, or nil when there is none that can be read (rule B29).
  var capacity: Quantity? { capacityText.flatMap { try? Quantity($0) } }
}

extension PersistentVolumeClaim {
  /// The storage request; none reads as zero.
  var request: Quantity { requestText.flatMap { try? Quantity($0) } ?? .zero }
}
