// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// How full pools and volumes are, as tables in the manner of `df`.
public enum UsageTable {
  private static let barCells = 10

  /// One storage root.
  public struct Pool: Sendable, Hashable {
    /// The pool's name.
    public var name: String
    /// Its directory.
    public var path: String
    /// Bytes of the filesystem that holds it.
    public var size: Int64
    /// Bytes that can still be written there.
    public var available: Int64
    /// Bytes that its volumes were promised.
    public var promised: Int64
    /// The number of its volumes.
    public var volumes: Int
    /// What is wrong with it; nil when nothing is.
    public var problem: String?

    /// The pool `name` at `path`.
    public init(
      name: String, path: String, size: Int64, available: Int64, promised: Int64, volumes: Int, problem: String? = nil
    ) {
      self.name = name
      self.path = path
      self.size = size
      self.available = available
      self.promised = promised
      self.volumes = volumes
      self.problem = problem
    }
  }

  /// One volume.
  public struct Volume: Sendable, Hashable {
    /// The volume's id.
    public var id: String
    /// The storage root that holds it.
    public var pool: String
    /// The storage system and, in brackets, the filesystem: `image (ext4)`.
    public var storage: String
    /// What was promised, in bytes.
    public var size: Int64
    /// Bytes that it takes in its pool.
    public var allocated: Int64
    /// Bytes in use within; nil while it is not mounted.
    public var used: Int64?
    /// Bytes left within; nil while it is not mounted.
    public var available: Int64?
    /// The pods that it is mounted for, as `namespace/name`.
    public var users: [String]
    /// What is wrong with it; nil when nothing is.
    public var problem: String?

    /// The volume `id` in `pool`.
    public init(
      id: String, pool: String, storage: String, size: Int64, allocated: Int64, used: Int64? = nil,
      available: Int64? = nil, users: [String] = [], problem: String? = nil
    ) {
      self.id = id
      self.pool = pool
      self.storage = storage
      self.size = size
      self.allocated = allocated
      self.used = used
      self.available = available
      self.users = users
      self.problem = problem
    }
  }

  /// The table of `pools`; on a terminal each line ends with a bar. Of a pool that has a problem nothing is known but its place.
  public static func text(pools: [Pool], on terminal: Terminal, showsHeadings: Bool = true) -> String {
    let headings = ["POOL", "SIZE", "USED", "AVAIL", "USE%", "PROMISED", "VOLUMES", "PATH"]
    var table = Table(headings: headings + (terminal.isTerminal ? [""] : []))
    for pool in pools {
      let path = Escape.cell(pool.path)
      guard pool.problem == nil else {
        table.append([pool.name] + Array(repeating: "-", count: headings.count - 2) + [path])
        continue
      }
      let used = pool.size - pool.available
      var row = [
        pool.name, ByteSize.text(pool.size), ByteSize.text(used), ByteSize.text(pool.available),
        percent(used, of: pool.size), ByteSize.text(pool.promised), String(pool.volumes), path,
      ]
      if terminal.isTerminal { row.append(bar(used, of: pool.size, on: terminal)) }
      table.append(row)
    }
    return table.text(showsHeadings: showsHeadings)
  }

  /// The table of `volumes`; on a terminal each mounted one's line ends with a bar.
  public static func text(volumes: [Volume], on terminal: Terminal, showsHeadings: Bool = true) -> String {
    let headings = ["VOLUME", "POOL", "STORAGE", "SIZE", "ALLOCATED", "USED", "AVAIL", "USE%", "USED BY"]
    var table = Table(headings: headings + (terminal.isTerminal ? [""] : []))
    for volume in volumes {
      let whole = (volume.used ?? 0) + (volume.available ?? 0)
      let users = volume.users.isEmpty ? "<none>" : volume.users.joined(separator: ",")
      var row = [
        volume.id, known(volume.pool), known(volume.storage), volume.size > 0 ? ByteSize.text(volume.size) : "-",
        volume.size > 0 ? ByteSize.text(volume.allocated) : "-",
        volume.used.map(ByteSize.text) ?? "-", volume.available.map(ByteSize.text) ?? "-",
        volume.used.map { percent($0, of: whole) } ?? "-", Escape.cell(users),
      ]
      if terminal.isTerminal, let used = volume.used { row.append(bar(used, of: whole, on: terminal)) }
      table.append(row)
    }
    return table.text(showsHeadings: showsHeadings)
  }

  /// `part` of `whole`, rounded up as df does, so that nothing in use is ever 0%.
  static func percent(_ part: Int64, of whole: Int64) -> String {
    whole > 0 ? "\(Int64((Double(part) / Double(whole) * 100).rounded(.up)))%" : "-"
  }

  private static func bar(_ part: Int64, of whole: Int64, on terminal: Terminal) -> String {
    let share = whole > 0 ? Double(part) / Double(whole) : 0
    return terminal.paint(
      Bar.text(share, cells: barCells), share >= 0.9 ? .bad : share >= 0.75 ? .doubtful : .good)
  }

  /// `text`, or a dash when it is not known.
  static func known(_ text: String) -> String { text.isEmpty ? "-" : text }

  /// One sentence for each of the pools, volumes and snapshots with which something is wrong.
  public static func problems(pools: [Pool], volumes: [Volume], snapshots: [Snapshot] = []) -> [String] {
    let things =
      pools.map { ("pool " + $0.name, $0.problem) } + volumes.map { ("volume " + $0.id, $0.problem) }
      + snapshots.map { ("snapshot " + $0.id, $0.problem) }
    return things.compactMap { name, problem in
      problem.map { Escape.lines($0.hasPrefix(name) ? $0 : name + ": " + $0) }
    }
  }
}
