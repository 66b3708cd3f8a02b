// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
import SystemPackage

extension LinuxHost {
  /// Walks /proc: descriptors, working and root directories, programs and mapped files of every process, and the mount table
  /// of every mount namespace but our own, each namespace once. What goes away meanwhile is left out.
  public func holders(of target: MountTarget) throws(HostError) -> [MountHolder] {
    let processes = try processes()
    var wanted = WantedMounts(target)
    _ = wanted.take(from: try MountTable.read("/proc/self/mountinfo"))
    let elsewhere = namespaces(of: processes, holding: &wanted)
    return elsewhere + processes.flatMap { holders(in: $0, of: wanted) }
  }

  /// Asks every mount namespace but our own by number; where the kernel has no numbers, or when one of them holds the target, the
  /// processes, too, for the names. A namespace that no process but a file keeps is told without one.
  public func otherNamespaces(holding target: MountTarget) throws(HostError) -> [MountHolder] {
    var wanted = WantedMounts(target)
    guard Self.mountsElsewhere(&wanted)?.isEmpty != true else { return [] }
    let holders = namespaces(of: try processes(), holding: &wanted)
    // Who is not found can have gone meanwhile.
    guard holders.isEmpty, let mounts = Self.mountsElsewhere(&wanted) else { return holders }
    return mounts.map {
      MountHolder(pid: 0, command: "a kept namespace", kind: .mountNamespace, path: $0.entry.target.string)
    }
  }

  /// The wanted mounts of every mount namespace but our own, ioctl_nsfs(2); nil where the kernel does not tell (before Linux 6.12).
  private static func mountsElsewhere(_ wanted: inout WantedMounts) -> [NumberedMount]? {
    var found: [NumberedMount] = []
    for backwards in [false, true] {
      guard var current = try? PathHandle.open("/proc/self/ns/mnt", flags: O_RDONLY) else { return nil }
      while true {
        var id: UInt64 = 0
        let next = withExtendedLifetime(current) {
          orlop_next_mount_namespace(current.descriptor.rawValue, backwards, &id)
        }
        if next == -ENOENT { break }
        guard next >= 0 else { return nil }
        current = PathHandle(adopting: FileDescriptor(rawValue: next), at: FilePath("mount namespace \(id)"))
        guard let table = try? MountTable.read(namespace: id) else { return nil }
        found += wanted.take(from: table)
      }
    }
    return found
  }

  private func processes() throws(HostError) -> [Int32] {
    try Directory.open("/proc").entries().compactMap { Int32($0) }.sorted()
  }

  /// The mount namespaces, other than our own, that have wanted mounts; remembers the numbers of those.
  private func namespaces(of processes: [Int32], holding wanted: inout WantedMounts) -> [MountHolder] {
    let own = link("/proc/self/ns/mnt")
    var namespaces: [String: Int32] = [:]
    for process in processes {
      let namespace = link("/proc/\(process)/ns/mnt")
      guard namespace != own, !namespace.isEmpty, namespaces[namespace] == nil else { continue }
      namespaces[namespace] = process
    }
    var holders: [MountHolder] = []
    for process in namespaces.values.sorted() {
      guard let table = try? MountTable.read("/proc/\(process)/mountinfo") else { continue }
      for mount in wanted.take(from: table) {
        holders.append(holder(process, .mountNamespace, mount.entry.target.string))
      }
    }
    return holders
  }

  /// What one process holds.
  private func holders(in process: Int32, of wanted: WantedMounts) -> [MountHolder] {
    let base = "/proc/\(process)"
    var found: [MountHolder] = []
    for (name, kind) in [("cwd", MountHolder.Kind.workingDirectory), ("root", .root), ("exe", .mappedFile)]
    where wanted.hold("\(base)/\(name)") {
      found.append(holder(process, kind, link("\(base)/\(name)")))
    }
    for name in names(in: "\(base)/fd") where wanted.hold("\(base)/fd/\(name)") {
      found.append(holder(process, .openFile, link("\(base)/fd/\(name)")))
    }
    var mapped: Set<String> = []
    for name in names(in: "\(base)/map_files") where wanted.hold("\(base)/map_files/\(name)") {
      mapped.insert(link("\(base)/map_files/\(name)"))
    }
    let program = Set(found.filter { $0.kind == .mappedFile }.map(\.path))
    return found + mapped.subtracting(program).sorted().map { holder(process, .mappedFile, $0) }
  }

  private func holder(_ process: Int32, _ kind: MountHolder.Kind, _ path: String) -> MountHolder {
    MountHolder(pid: process, command: command(of: process), kind: kind, path: path)
  }

  private func command(of process: Int32) -> String {
    guard let directory = try? Directory.open(FilePath("/proc/\(process)")),
      let file = try? SparseFile.open("comm", in: directory), let bytes = try? file.read(at: 0, count: 64)
    else { return "?" }
    return String(decoding: bytes.filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  private func names(in directory: String) -> [String] {
    (try? Directory.open(FilePath(directory)).entries()) ?? []
  }

  /// What the magic link at `path` shows, readlink(2); empty when it is gone.
  private func link(_ path: String) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      guard let start = buffer.baseAddress else { return "" }
      let length = readlink(path, start, buffer.count)
      guard length > 0 else { return "" }
      return String(decoding: UnsafeRawBufferPointer(buffer).prefix(length), as: UTF8.self)
    }
  }
}

/// The mounts that are asked about, by their numbers, which are unique on the host; and their device, for what a lazy unmount
/// has taken out of every table.
private struct WantedMounts {
  private let target: MountTarget
  private var ids: Set<UInt64> = []

  init(_ target: MountTarget) { self.target = target }

  /// Remembers and returns the mounts of `table` that are meant.
  mutating func take(from table: [NumberedMount]) -> [NumberedMount] {
    let found = table.filter { mount in
      switch target {
      case .device(let number): mount.entry.device == number
      case .path(let path): mount.entry.target == path
      case .beneath(let path): mount.entry.target.starts(with: path)
      case .directory(let number, let root): mount.entry.device == number && mount.entry.root.starts(with: root)
      }
    }
    ids.formUnion(found.map(\.id))
    return found
  }

  /// Whether what the magic link at `path` leads to lies on one of them, or is the device itself.
  func hold(_ path: String) -> Bool {
    var found = orlop_stat()
    guard orlop_statx(AT_FDCWD, path, orlop_at_no_automount | orlop_at_dont_sync, &found) == 0 else { return false }
    if ids.contains(found.mount) { return true }
    switch target {
    case .device(let number):
      let metadata = FileMetadata(found)
      return number == metadata.identity.device || (metadata.kind == .blockDevice && number == metadata.special)
    case .path, .beneath, .directory: return false
    }
  }
}
