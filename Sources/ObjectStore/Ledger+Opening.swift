// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import GRDB

extension Ledger {
  /// The ledger in `directory`; for writing, one that is missing is made, with its directory.
  ///
  /// Opening for writing waits up to `lockTimeout` for whoever is writing. Opening for reading takes no lock and changes
  /// nothing; it works in a directory that cannot be written, too.
  /// - Throws: ``LedgerError`` `locked`; `notFound` when there is nothing to read; `corrupt` and `newerSchema`, which leave
  ///   the file as it is; `readOnly`, `full`.
  public static func open(
    at directory: String, mode: Mode, lockTimeout: Duration = .seconds(30)
  ) throws -> Ledger {
    try open(at: directory, mode: mode, lockTimeout: lockTimeout, schema: .current)
  }

  static func open(
    at directory: String, mode: Mode, lockTimeout: Duration = .seconds(30), schema: Schema,
    history: Int64 = Ledger.history
  ) throws -> Ledger {
    let file = DatabaseFile(path: DatabaseFile.path(in: directory), schema: schema)
    return try telling(file.path) {
      switch mode {
      case .readWrite: try openForWriting(file, in: directory, lockTimeout, history)
      case .readOnly: try openForReading(file)
      }
    }
  }

  private static func openForWriting(
    _ file: DatabaseFile, in directory: String, _ lockTimeout: Duration, _ history: Int64
  ) throws -> Ledger {
    if try !file.exists() { try file.prepareDirectory() }
    let lock = try WriterLock(path: file.path + ".lock", timeout: lockTimeout)
    if try !file.exists() { try file.create() }
    try file.checkHeader()
    try checkedQueue(file).queue.close()  // opening to write would change even a damaged file
    let pool = try DatabasePool(path: file.path, configuration: configuration)
    try pool.writeWithoutTransaction { db in
      // After opening: GRDB itself sets NORMAL, which would lose the last transactions with the power.
      try db.execute(sql: "PRAGMA synchronous = FULL")
      if try file.schema.migrate(db) { try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
    }
    return Ledger(pool, path: file.path, lock: lock, history: history)
  }

  private static func openForReading(_ file: DatabaseFile) throws -> Ledger {
    guard try file.exists() else {
      throw LedgerError(.notFound, "there is no database \(file.path) yet; `orlop apply` makes it")
    }
    let identity = DatabaseFile.identity(of: file.path)
    try file.checkHeader()
    let (queue, isLive) = try checkedQueue(file)
    return Ledger(queue, path: file.path, lock: nil, identity: isLive ? identity : nil)
  }

  /// The file opened for reading, found to be whole, and whether it shows what is written from now on.
  private static func checkedQueue(_ file: DatabaseFile) throws -> (queue: DatabaseQueue, isLive: Bool) {
    var configuration = configuration
    configuration.readonly = true
    func open(_ path: String) throws -> DatabaseQueue {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.read { try check($0, file.path) }
      return queue
    }
    do { return (try open(file.path), true) } catch let error as DatabaseError where isUnwritable(error) && !file.hasLog
    {
      // SQLite shares an index file among the readers of a log; where it cannot make one and there is no log, nobody can
      // be writing either, and the file may be read as it stands (https://www.sqlite.org/wal.html#read_only_databases).
      return (try open(immutableURI(file.path)), false)
    }
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.label = "ledger"
    return configuration
  }

  private static func isUnwritable(_ error: DatabaseError) -> Bool {
    [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
  }

  private static func immutableURI(_ path: String) -> String {
    var uri = "file:"
    for byte in path.utf8 {
      let isPlain = Character(Unicode.Scalar(byte)).isASCII && byte > 0x20 && !"%?#".utf8.contains(byte)
      uri += isPlain ? String(Unicode.Scalar(byte)) : "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    return uri + "?immutable=1"
  }

  /// The largest database, in pages of 4 KiB, whose every page is looked at when it is opened: some 4 ms.
  private static let checkedPages = 1024

  /// Refuses a database of which pages are missing or make no sense.
  ///
  /// The pages of a larger one are checked when they are read.
  private static func check(_ db: Database, _ path: String) throws {
    let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
    guard pages <= checkedPages else { return }
    let findings = try String.fetchAll(db, sql: "PRAGMA quick_check(1)")
    guard findings == ["ok"] else { throw LedgerError.corrupt(path, findings.first ?? "no answer") }
  }
}
