// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

/// The kernel's tables, read once to be asked about every volume.
struct KernelTables: Sendable {
  let mounts: MountTable
  private let devices: [FileIdentity: LoopDevice]
  private let targets: Set<FilePath>

  /// The tables of `host` now.
  init(_ host: any StorageHost) throws(VolumeError) {
    // The devices first: one that is attached meanwhile, and mounted, is then seen as mounted at least.
    let loops = try attempt("loop devices") { () throws(HostError) in try host.attachedLoops() }
    devices = Dictionary(loops.map { ($0.backing, $0) }, uniquingKeysWith: { first, _ in first })
    mounts = try MountTable(host)
    targets = Set(mounts.entries.map(\.target))
  }

  /// The device that has the file attached.
  func device(of file: FileIdentity?) -> LoopDevice? { file.flatMap { devices[$0] } }

  /// Whether something is mounted at exactly `target`.
  func isMounted(_ target: FilePath) -> Bool { targets.contains(target) }
}

extension Keeper {
  /// The volume in the entry `name` of `pool`, as the disk and the tables show it; nil when it was deleted meanwhile.
  func examine(_ name: String, in pool: Pool, _ tables: KernelTables) -> VolumeExamination? {
    do throws(VolumeError) {
      guard let home = try VolumeHome(try VolumeID(name), in: pool) else { return nil }
      let record = try home.record()
      let damage = system(record.storage).damage(of: home, record)
      // What is deleted while we look at it loses its data, too: only what has kept its name is damaged.
      if damage != nil, try VolumeHome(home.id, in: pool) == nil { return nil }
      return VolumeExamination(
        id: name, record: .success(record), state: state(of: home, record, tables), damage: damage)
    } catch {
      return VolumeExamination(id: name, record: .failure(error), state: VolumeState(), damage: nil)
    }
  }

  private func state(of home: VolumeHome, _ record: VolumeRecord, _ tables: KernelTables) -> VolumeState {
    switch record.storage {
    case .image:
      let image = try? home.directory.metadata(of: ImageStorage.fileName)
      let device = tables.device(of: image?.identity)
      // An image that is not attached is mounted nowhere; only somebody else's mount can be in its place.
      if device != nil || tables.isMounted(directories.layout.stagingMount(of: home.id)) {
        return state(of: home, record, on: device, tables.mounts)
      }
      return VolumeState()
    case .directory: return state(of: home, record, on: nil, tables.mounts)
    }
  }
}
