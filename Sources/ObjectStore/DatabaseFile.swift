// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import GRDB
internal import GRDBSQLite
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
  /// Looks at the header (https://www.sqlite.org/fileformat.html#the_database_header): its magic at 0, `user_version` at 60,
  /// `application_id` at 68. A file has them from its first moment, since it is made by a rename.
  func checkHeader() throws {
    let (header, size) = try readHeader()
    guard header.count == Self.headerLength else { throw LedgerError.corrupt(path, "it has no whole header") }
    guard header.starts(with: "SQLite format 3\0".utf8), Self.word(header, 68) == Schema.applicationID else {
      throw LedgerError.corrupt(path, "it is not a database of Orlop's")
    }
    let pageSize = Int64(header[16]) << 8 | Int64(header[17])
    guard hasLog || pageSize < 512 || size % pageSize == 0 else {
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

  private static let headerLength = 100

  /// The bytes of the header, fewer where the file is shorter, and the length of the file.
  ///
  /// SQLite's own file is read, without a query, which takes no lock and makes no log. A descriptor of ours must not be opened and
  /// closed beside it: that would take the locks of every connection in this process (fcntl(2),
  /// https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_), and the next
  /// process to close the database would take away the log that they read.
  private func readHeader() throws -> (header: [UInt8], size: Int64) {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw Self.failure("open", path, errno) }
    guard status.st_mode & S_IFMT != S_IFLNK else { throw Self.failure("open", path, ELOOP) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw LedgerError.corrupt(path, "it is no regular file") }
    var connection: OpaquePointer?
    defer { sqlite3_close(connection) }
    guard sqlite3_open_v2(path, &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK else {
      throw Self.failure("open", path, connection.map(sqlite3_system_errno) ?? ENOMEM)
    }
    var found: UnsafeMutablePointer<sqlite3_file>?
    guard sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &found) == SQLITE_OK, let file = found,
      let methods = file.pointee.pMethods
    else { throw Self.failure("open", path, EIO) }
    var (header, size) = ([UInt8](repeating: 0, count: Self.headerLength), Int64(0))
    guard methods.pointee.xFileSize(file, &size) == SQLITE_OK else { throw Self.failure("look at", path, EIO) }
    guard size >= Self.headerLength else { return ([], size) }
    guard methods.pointee.xRead(file, &header, Int32(header.count), 0) == SQLITE_OK else {
      throw Self.failure("read", path, EIO)
    }
    return (header, size)
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
    do {
      // Closed while nobody knows it by its name: closing it would take the locks of whoever has it open in this process.
      defer { close(descriptor) }
      let queue = try DatabaseQueue(path: draft)
      try queue.writeWithoutTransaction { _ = try schema.migrate($0) }
      try queue.close()
      guard fsync(descriptor) == 0 else { throw Self.failure("make the database", draft, errno) }
    }
    guard rename(draft, path) == 0 else { throw Self.failure("make the database", path, errno) }
    let folder = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw Self.failure("keep the database", path, errno) }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw Self.failure("keep the database", path, errno) }
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
