// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import GRDB
import Glibc
import StorageAPI
import Testing

@testable import ObjectStore

@Suite("The ledger's file") struct LedgerFileTests {
  let scratch = Scratch()

  private func fill(_ count: Int = 300) throws {
    let ledger = try scratch.open()
    try ledger.write(at: noon) { transaction in for index in 0..<count { try transaction.create(claim("c\(index)")) } }
    try ledger.close()
  }

  private func mode(_ name: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path + name)
    return (attributes[.posixPermissions] as? Int) ?? 0
  }

  @Test("What was written is there after closing and opening again")
  func persistence() throws {
    try fill(3)
    #expect(try scratch.open().read { try $0.count() } == 3)
  }

  @Test("Commits wait for the disk: synchronous is FULL, in WAL mode")
  func synchronous() throws {
    let ledger = try scratch.open()
    try ledger.database.writeWithoutTransaction { db throws in
      #expect(try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2)
      #expect(try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal")
    }
  }

  @Test("Only its owner may read the database; the directory can be passed through but not listed")
  func modes() throws {
    let ledger = try scratch.open()
    try ledger.write(at: noon) { try $0.create(claim("a")) }
    for file in ["/orlop.db", "/orlop.db-wal", "/orlop.db-shm", "/orlop.db.lock"] {
      #expect(try mode(file) == 0o600, "\(file)")
    }
    #expect(try mode("") == 0o711)
    try ledger.close()
  }

  @Test("A directory in which others may write is refused")
  func writableByOthers() throws {
    try FileManager.default.createDirectory(atPath: scratch.path, withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: scratch.path)
    #expect(code { _ = try scratch.open() } == .invalid)
    #expect(!FileManager.default.fileExists(atPath: scratch.database))
  }

  @Test("Only one may write; the other is told which process does")
  func oneWriter() throws {
    let first = try scratch.open()
    let said = message { _ = try scratch.open() }
    #expect(said.hasPrefix("process \(getpid()) is changing objects"))
    #expect(code { _ = try scratch.open() } == .locked)
    try first.close()
    try scratch.open().close()
    withExtendedLifetime(first) {}
  }

  @Test("Readers need no lock and see what has been committed")
  func readers() throws {
    let writer = try scratch.open()
    try writer.write(at: noon) { try $0.create(claim("a")) }
    let reader = try scratch.open(.readOnly)
    #expect(try reader.read { try $0.count() } == 1)
    try writer.write(at: noon) { transaction in
      try transaction.create(claim("b"))
      #expect(try reader.read { try $0.count() } == 1)
    }
    #expect(try reader.read { try $0.count() } == 2)
    #expect(try reader.changes(after: 1).map(\.object.name) == ["b"])
  }

  @Test("Opening the file once more in this process leaves the locks of who has it open to them")
  func keepsLocks() async throws {
    try fill(1)
    let reader = try scratch.open(.readOnly)
    #expect(try reader.read { try $0.count() } == 1)
    #expect(try scratch.open(.readOnly).read { try $0.count() } == 1)
    try scratch.open().close()
    let older = Schema(steps: [])
    #expect(code { _ = try Ledger.open(at: scratch.path, mode: .readOnly, schema: older) } == .newerSchema)
    await #expect(processExitsWith: .success) { [directory = scratch.path as String] in
      let database = Glibc.open(directory + "/orlop.db", O_RDWR)
      // All that a reader locks of the file (https://www.sqlite.org/src/file/src/os.h), as it would be locked to take away the log.
      var lock = Glibc.flock()
      lock.l_type = Int16(F_WRLCK)
      (lock.l_start, lock.l_len) = (0x4000_0000 + 2, 510)
      guard fcntl(database, F_SETLK, &lock) == -1, errno == EAGAIN else { exit(3) }
      close(database)
      let writer = try Ledger.open(at: directory, mode: .readWrite)
      try writer.write(at: noon) { try $0.create(claim("more")) }
      try writer.close()
    }
    // The last one to close the database would have taken its log away.
    #expect(FileManager.default.fileExists(atPath: scratch.database + "-wal"))
    #expect(try reader.isCurrent && reader.read { try $0.count() } == 2)
  }

  @Test("A reader can change nothing")
  func readOnly() throws {
    try fill(1)
    let reader = try scratch.open(.readOnly)
    #expect(code { try reader.write(at: noon) { try $0.create(claim("new")) } } == .readOnly)
  }

  @Test("There is nothing to read before the first write, and reading makes nothing")
  func nothingThere() {
    #expect(code { _ = try scratch.open(.readOnly) } == .notFound)
    #expect(!FileManager.default.fileExists(atPath: scratch.path))
  }

  @Test("A transaction of which the end is missing never happened")
  func tornTransaction() throws {
    let ledger = try scratch.open()
    try ledger.write(at: noon) { try $0.create(claim("whole")) }
    let before = try scratch.bytes("orlop.db-wal").count
    try ledger.write(at: noon) { transaction in
      for index in 0..<100 { try transaction.create(claim("torn\(index)")) }
    }
    let (database, log) = (try scratch.bytes(), try scratch.bytes("orlop.db-wal"))
    let crashed = Scratch()
    try FileManager.default.createDirectory(
      atPath: crashed.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    for cut in [before + 1000, (before + log.count) / 2, log.count - 1] {
      try crashed.write(database)
      try crashed.write(log.prefix(cut), "orlop.db-wal")
      let reopened = try crashed.open()
      #expect(try reopened.read { try $0.all().map(\.name) } == ["whole"], "cut at \(cut) of \(log.count)")
      try reopened.close()
      try FileManager.default.removeItem(atPath: crashed.database)
    }
  }

  @Test("A full disk is told with the remedy, and nothing of the transaction stays")
  func fullDisk() throws {
    let ledger = try scratch.open()
    try ledger.write(at: noon) { try $0.create(claim("first")) }
    try ledger.database.writeWithoutTransaction { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      try db.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
    }
    let fill = { try ledger.write(at: noon) { for index in 0..<300 { try $0.create(claim("c\(index)")) } } }
    #expect(code { _ = try fill() } == .full)
    #expect(
      message { _ = try fill() } == "no space left for the database \(scratch.database); free some on its filesystem")
    #expect(try ledger.read { try $0.all().map(\.name) } == ["first"])
    #expect(try ledger.changes(after: 0).count == 1)
  }

  @Test("A half-made new database is made again")
  func interruptedCreation() throws {
    try fill(0)
    try FileManager.default.moveItem(atPath: scratch.database, toPath: scratch.database + ".new")
    try scratch.write(Data("garbage".utf8), "orlop.db.new")
    #expect(try scratch.open().read { try $0.count() } == 0)
    #expect(!FileManager.default.fileExists(atPath: scratch.database + ".new"))
  }
}

@Suite("Databases that are not as they should be") struct DamagedLedgerTests {
  let scratch = Scratch()

  private func fill() throws {
    let ledger = try scratch.open()
    try ledger.write(at: noon) { transaction in for index in 0..<300 { try transaction.create(claim("c\(index)")) } }
    try ledger.close()
  }

  @Test("A newer schema is refused by writers and readers, and not one byte is changed")
  func newerSchema() throws {
    let newer = Schema(steps: Schema.current.steps + ["CREATE TABLE future (id INTEGER)"])
    try Ledger.open(at: scratch.path, mode: .readWrite, schema: newer).close()
    let before = try scratch.bytes()
    #expect(code { _ = try scratch.open() } == .newerSchema)
    #expect(code { _ = try scratch.open(.readOnly) } == .newerSchema)
    #expect(message { _ = try scratch.open() }.contains("has schema \(newer.version), this orlop knows"))
    #expect(try scratch.bytes() == before)
    #expect(!FileManager.default.fileExists(atPath: scratch.database + "-wal"))
  }

  @Test("An older schema is brought up to date, with its objects")
  func migration() throws {
    try fill()
    let newer = Schema(steps: Schema.current.steps + ["CREATE TABLE future (id INTEGER)"])
    let ledger = try Ledger.open(at: scratch.path, mode: .readWrite, schema: newer)
    #expect(try ledger.read { try $0.count() } == 300)
    #expect(try ledger.database.read { try $0.tableExists("future") })
    #expect(code { _ = try scratch.open(.readOnly) } == .newerSchema)
  }

  @Test("A migration that fails leaves the old schema")
  func failedMigration() throws {
    try fill()
    let broken = Schema(steps: Schema.current.steps + ["CREATE TABLE a (id INTEGER); CREATE TABLE a (id INTEGER)"])
    #expect(throws: LedgerError.self) { try Ledger.open(at: scratch.path, mode: .readWrite, schema: broken) }
    #expect(try scratch.open().read { try $0.count() } == 300)
  }

  enum Damage: String, CaseIterable, Sendable {
    case nothingLeft, halfAHeader, text, cutInTheMiddle, cutWithinAPage, zerosOverSomePages

    func done(to bytes: Data) -> Data {
      switch self {
      case .nothingLeft: Data()
      case .halfAHeader: bytes.prefix(50)
      case .text: Data(String(repeating: "hello ", count: 1000).utf8)
      case .cutInTheMiddle: bytes.prefix(bytes.count / 2 / 4096 * 4096)
      case .cutWithinAPage: bytes.prefix(bytes.count - 100)
      case .zerosOverSomePages: bytes.prefix(4096) + Data(count: 10 * 4096) + bytes.suffix(bytes.count - 11 * 4096)
      }
    }
  }

  @Test("Damage is reported with the remedy, and the file is left as it is", arguments: Damage.allCases)
  func damage(_ damage: Damage) throws {
    try fill()
    try scratch.write(damage.done(to: scratch.bytes()))
    let before = try scratch.bytes()
    for mode in [Ledger.Mode.readWrite, .readOnly] {
      let said = message { _ = try scratch.open(mode) }
      #expect(code { _ = try scratch.open(mode) } == .corrupt, "\(damage)")
      #expect(said.contains("orlop adopt"), "\(damage): \(said)")
    }
    #expect(try scratch.bytes() == before)
  }

  @Test("A log without its database is reported, not taken for a fresh start")
  func lostDatabase() throws {
    try fill()
    try scratch.write(Data(count: 5000), "orlop.db-wal")
    try FileManager.default.removeItem(atPath: scratch.database)
    #expect(code { _ = try scratch.open() } == .corrupt)
  }

  @Test("A document that does not read is reported")
  func garbledDocument() throws {
    try fill()
    let ledger = try scratch.open()
    try ledger.database.write { try $0.execute(sql: "UPDATE objects SET document = x'7B22' WHERE name = 'c7'") }
    #expect(code { _ = try ledger.read { try $0.all() } } == .corrupt)
  }

  @Test("A link in the database's or lock's place is not followed")
  func links() throws {
    try fill()
    try FileManager.default.moveItem(atPath: scratch.database, toPath: scratch.path + "/elsewhere")
    try FileManager.default.createSymbolicLink(atPath: scratch.database, withDestinationPath: "elsewhere")
    #expect(throws: LedgerError.self) { try scratch.open() }
    #expect(throws: LedgerError.self) { try scratch.open(.readOnly) }
  }
}
