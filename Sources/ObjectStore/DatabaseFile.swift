// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import GRDB
internal import Glibc

/// The database's file: made whole or not at all, and looked at before SQLite touches it.
struct DatabaseFile {
  let path: String
  let schema: Schema

  private var directory: String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }

  /// The database beside which `directory` keeps its lock.
  static func path(in directory: String) -> String { directory + "/orlop.db" }

  /// What tells a file from another one of its name.
  struct Identity: Equatable {
    let device: UInt64
    let inode: UInt64
  }

  /// The identity of the file that has the name `path` now, or nil when there is none.
  static func identity(of path: String) -> Identity? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }

  /// Whether the file is there.
  ///
  /// - Throws: ``LedgerError`` `readOnly` when one may not look, `corrupt` when only the log of a database is there.
  func exists() throws -> Bool {
    var status = stat()
    if stat(path, &status) == 0 { return true }
    let code = errno
    guard code == ENOENT || code == ENOTDIR else { throw Self.failure("look at", path, code) }
    if hasLog { throw LedgerError.corrupt(path, "it is missing, but its log \(path)-wal is there") }
    return false
  }

  /// Makes the directory, for its owner to list and for others to pass through to what they own beneath.
  ///
  /// - Throws: ``LedgerError`` when it cannot be made or when others than its owner may write in it.
  func prepareDirectory() throws {
    var at = directory.startIndex
    while at < directory.endIndex {
      at = directory[directory.index(after: at)...].firstIndex(of: "/") ?? directory.endIndex
      let ancestor = String(directory[..<at])
      guard mkdir(ancestor, at == directory.endIndex ? 0o711 : 0o755) != 0 else { continue }
      let code = errno
      var status = stat()
      guard stat(ancestor, &status) != 0 else { continue }
      throw Self.failure("make the directory", ancestor, code)
    }
    var status = stat()
    guard stat(directory, &status) == 0 else { throw Self.failure("look at", directory, errno) }
    guard status.st_mode & 0o022 == 0 else {
      throw LedgerError(
        .invalid, "others may write in the state directory \(directory); run `chmod go-w \(directory)` or use another")
    }
  }

  /// Refuses, without changing a byte, what is no database of ours or one of a newer program.
  ///
  /// Reads the header (https://www.sqlite.org/fileformat.html#the_database_header): its magic at 0, `user_version` at 60,
  /// `application_id` at 68. A file has them from its first moment, since it is made by a rename.
  func checkHeader() throws {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw Self.failure("open", path, errno) }
    defer { close(descriptor) }
    var header = [UInt8](repeating: 0, count: 100)
    guard pread(descriptor, &header, header.count, 0) == header.count else {
      throw LedgerError.corrupt(path, "it has no whole header")
    }
    guard header.starts(with: "SQLite format 3\0".utf8), Self.word(header, 68) == Schema.applicationID else {
      throw LedgerError.corrupt(path, "it is not a database of Orlop's")
    }
    var status = stat()
    let pageSize = Int(header[16]) << 8 | Int(header[17])
    guard hasLog || fstat(descriptor, &status) == 0 && (pageSize < 512 || Int(status.st_size) % pageSize == 0) else {
      throw LedgerError.corrupt(path, "its end is missing")
    }
    let version = Self.word(header, 60)
    guard version <= schema.version else {
      throw LedgerError(
        .newerSchema,
        "the database \(path) has schema \(version), this orlop knows \(schema.version): use the newer orlop that wrote it"
      )
    }
  }

  /// Whether there is a log with transactions that the file itself may lack.
  var hasLog: Bool {
    var status = stat()
    return stat(path + "-wal", &status) == 0 && status.st_size > 0
  }

  private static func word(_ bytes: [UInt8], _ at: Int) -> Int32 {
    Int32(bitPattern: bytes[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) })
  }

  /// Makes an empty database under another name and renames it, so that a file of this name is always a whole one.
  func create() throws {
    let draft = path + ".new"
    for name in [draft, draft + "-journal", draft + "-wal", draft + "-shm"] { unlink(name) }
    let descriptor = Glibc.open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Self.failure("make the database", draft, errno) }
    defer { close(descriptor) }
    let queue = try DatabaseQueue(path: draft)
    try queue.writeWithoutTransaction { _ = try schema.migrate($0) }
    try queue.close()
    guard fsync(descriptor) == 0, rename(draft, path) == 0 else { throw Self.failure("make the database", path, errno) }
    let folder = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0, fsync(folder) == 0 else { throw Self.failure("keep the database", path, errno) }
    close(folder)
  }

  private static func failure(_ verb: String, _ path: String, _ code: Int32) -> LedgerError {
    let said = String(cString: strerror(code))
    switch code {
    case ENOSPC, EDQUOT: return LedgerError(.full, "cannot \(verb) \(path): \(said); free some space there")
    case EACCES, EPERM, EROFS:
      return LedgerError(.readOnly, "cannot \(verb) \(path): \(said); run as root, on a filesystem that can be written")
    default: return LedgerError(.failed, "cannot \(verb) \(path): \(said)")
    }
  }
}
