// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// What is wrong with a volume's data on the disk, and what a person can do about it.
public struct VolumeDamage: Sendable, Hashable {
  /// What is not as the record says, as a clause such as `its image has 4096 bytes, its record says 20971520`.
  public let message: String
  /// What to do about it, as a clause.
  public let remedy: String

  /// The damage `message`, with what to do about it.
  public init(_ message: String, remedy: String) {
    self.message = message
    self.remedy = remedy
  }
}

/// One volume as it was found: on the disk and in the kernel.
public struct VolumeExamination: Sendable {
  /// The volume's id; `pool NAME` for a pool that cannot be read.
  public let id: String
  /// Its record, or why that does not load.
  public let record: Result<VolumeRecord, VolumeError>
  /// Where the kernel shows it; idle when the record does not load.
  public let state: VolumeState
  /// Why it would not be mounted, or should not be trusted; nil when nothing was found.
  public let damage: VolumeDamage?
}

extension VolumeLifecycle {
  /// Every volume of every pool, in the order of their ids, with its data compared to its record: that the image is there, its
  /// length, what its superblock says. Reads a few kilobytes of each image and writes nothing.
  public func examine() async throws(VolumeError) -> [VolumeExamination] {
    let tables = try await look { (keeper) throws(VolumeError) in try KernelTables(keeper.host) }
    var found: [VolumeExamination] = []
    for (name, pool) in try await look({ (keeper) throws(VolumeError) in try keeper.pools.all() }) {
      do throws(VolumeError) {
        found += try await examine(try pool.get(), tables)
      } catch {
        found.append(
          VolumeExamination(id: "pool \(name)", record: .failure(error), state: VolumeState(), damage: nil))
      }
    }
    return found.sorted { $0.id < $1.id }
  }

  /// The volumes of `pool`, several at a time: a disk answers many questions as fast as one.
  private func examine(_ pool: Pool, _ tables: KernelTables) async throws(VolumeError) -> [VolumeExamination] {
    let entries = try await look { (_) throws(VolumeError) in
      try attempt("pool \(pool.name)") { () throws(HostError) in try pool.volumes.entries() }
    }
    let share = 64
    let answers = await withTaskGroup(of: Result<[VolumeExamination], VolumeError>.self) { group in
      for start in stride(from: 0, to: entries.count, by: share) {
        group.addTask {
          do throws(VolumeError) {
            let part = entries[start..<min(start + share, entries.count)]
            return .success(
              try await self.look { (keeper) throws(VolumeError) in
                part.compactMap { keeper.examine($0, in: pool, tables) }
              })
          } catch {
            return .failure(error)
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    var found: [VolumeExamination] = []
    for answer in answers { found += try answer.get() }
    return found
  }
}
