// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import Synchronization
internal import SystemPackage

/// The templates from which ext images are cloned: in memory, and in `<pool>/templates/` for the next process.
///
/// A template is made by the real mke2fs, once for each program, generation and capacity, in staging. It is checked when it is
/// loaded; one that is garbled is made anew. Both places are bounded.
final class TemplateCache: Sendable {
  private static let mostInMemory = 32
  private static let mostOnDisk = 128
  /// Larger ones (of filesystems of many terabytes) are not kept in memory.
  private static let largestInMemory: Int64 = 16 << 20

  private let memory = Mutex<[String: ExtTemplate]>([:])
  private let turns = KeyedTurns()
  private let programs: ProgramRunner
  private let threads: BlockingPool
  private let unique: @Sendable () -> String

  init(programs: ProgramRunner, threads: BlockingPool, unique: @escaping @Sendable () -> String) {
    self.programs = programs
    self.threads = threads
    self.unique = unique
  }

  /// The template for `layout`, from memory, from `pool`, or made now.
  func template(for layout: ExtLayout, in pool: Pool) async throws(VolumeError) -> ExtTemplate {
    let key = try key(of: layout)
    if let known = memory.withLock({ $0[key] }) { return known }
    return try await turns.run([key]) { () async throws(VolumeError) in
      if let known = self.memory.withLock({ $0[key] }) { return known }
      let stored = try await self.threads.run { () throws(VolumeError) in try self.load(key, from: pool) }
      if let stored, layout.enlarged(stored.superblock.blocks, free: stored.superblock.freeBlocks) == nil {
        self.remember(stored, as: key)
        return stored
      }
      let made = try await TemplateMaker(layout: layout, programs: self.programs, threads: self.threads)
        .make(in: pool, unique: self.unique())
      try await self.threads.run { () throws(VolumeError) in try self.store(made, as: key, in: pool) }
      self.remember(made, as: key)
      return made
    }
  }

  /// The name of a template: what it depends on. The program counts by its file, so that no process has to be started to ask for
  /// its version.
  private func key(of layout: ExtLayout) throws(VolumeError) -> String {
    let identity = try attempt("making \(layout.generation.rawValue) filesystems") { () throws(HostError) in
      let path = try programs.find(TemplateMaker.program)
      let file = try FileMetadata.of(path)
      return "\(path) \(file.identity.device) \(file.identity.inode) \(file.size)"
    }
    let arguments = layout.formatArguments(imageBlocks: layout.guessedBlocks).joined(separator: " ")
    let fingerprint = Self.fingerprint(of: identity + " " + arguments)
    return "\(layout.generation.rawValue)-\(layout.capacity)-\(fingerprint).template"
  }

  private static func fingerprint(of text: String) -> String {
    // FNV-1a: it tells versions apart, it need not withstand anybody.
    let number = text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return String(number, radix: 16)
  }

  private func remember(_ template: ExtTemplate, as key: String) {
    guard template.dataBytes <= Self.largestInMemory else { return }
    memory.withLock { memory in
      if memory.count >= Self.mostInMemory, let victim = memory.keys.randomElement() { memory[victim] = nil }
      memory[key] = template
    }
  }

  /// The stored template; nil when there is none, or it is not what was stored.
  private func load(_ key: String, from pool: Pool) throws(VolumeError) -> ExtTemplate? {
    let templates = try pool.templates()
    guard let bytes = try? templates.readFile(key, limit: 1 << 30) else { return nil }
    return try? ExtTemplate(encoded: bytes, described: "\(templates.path)/\(key)")
  }

  /// Stores `template`. A disk too full for it is no obstacle: the next process makes it again.
  private func store(_ template: ExtTemplate, as key: String, in pool: Pool) throws(VolumeError) {
    let templates = try pool.templates()
    if let stored = try? templates.entries(), stored.count >= Self.mostOnDisk {
      for victim in stored.shuffled().prefix(stored.count - Self.mostOnDisk + 1) { try? templates.unlink(victim) }
    }
    try? templates.replaceFile(key, with: template.encoded())
  }
}

/// Makes one template with mke2fs.
struct TemplateMaker: Sendable {
  static let program = "mke2fs"

  let layout: ExtLayout
  let programs: ProgramRunner
  let threads: BlockingPool

  /// Formats an image in staging, larger each time until the promised file fits, and captures it.
  func make(in pool: Pool, unique: String) async throws(VolumeError) -> ExtTemplate {
    let entry = try await threads.run { () throws(VolumeError) in
      try pool.locked { () throws(VolumeError) in try StagingEntry("template", in: pool, unique: unique) }
    }
    do throws(VolumeError) {
      let template = try await make(in: entry.directory)
      try await threads.run { () throws(VolumeError) in entry.discard() }
      return template
    } catch {
      try await threads.run { () throws(VolumeError) in entry.discard() }
      throw error
    }
  }

  private func make(in directory: Directory) async throws(VolumeError) -> ExtTemplate {
    let subject = "making a template of \(layout.generation.rawValue) for \(layout.capacity) bytes"
    var blocks = layout.guessedBlocks
    for attempts in 0..<8 {
      let (length, name) = (blocks * ExtLayout.blockSize, "attempt-\(attempts)")
      let image = try await threads.run { () throws(VolumeError) in
        try attempt(subject) { () throws(HostError) in
          let image = try SparseFile.create(name, in: directory)
          try image.truncate(to: length)
          return image
        }
      }
      do throws(HostError) {
        try await programs.require(Self.program, layout.formatArguments(imageBlocks: blocks) + [image.path.string])
      } catch {
        throw VolumeError(error, of: subject)
      }
      let template = try await threads.run { () throws(VolumeError) in
        try attempt(subject) { () throws(HostError) in try ExtTemplate.capture(image) }
      }
      guard let more = layout.enlarged(blocks, free: template.superblock.freeBlocks) else { return template }
      blocks = more
    }
    throw VolumeError(
      .failed, "\(subject): a file of that size does not fit even into \(blocks) blocks; report this as a bug")
  }
}
