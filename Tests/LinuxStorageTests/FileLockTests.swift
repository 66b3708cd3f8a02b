// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import SystemPackage
import Testing

@Suite struct FileLockTests {
  let scratch: Scratch
  var root: Directory { scratch.root }

  init() throws { scratch = try Scratch() }

  @Test("An exclusive lock shuts everybody out until its object goes")
  func exclusive() throws {
    do {
      let first = try FileLock.acquire("lock", in: root)
      #expect(try FileLock.tryAcquire("lock", in: root) == nil)
      #expect(try FileLock.tryAcquire("lock", in: root, .shared) == nil)
      withExtendedLifetime(first) {}
    }
    #expect(try FileLock.tryAcquire("lock", in: root) != nil)
  }

  @Test("Shared locks are held together, and keep an exclusive one out")
  func shared() throws {
    let first = try FileLock.acquire("lock", in: root, .shared)
    let second = try #require(try FileLock.tryAcquire("lock", in: root, .shared))
    #expect(try FileLock.tryAcquire("lock", in: root) == nil)
    withExtendedLifetime((first, second)) {}
  }

  @Test("A lock through a symbolic link is refused, and what it points to is not touched")
  func links() throws {
    let victim = root.path.appending("victim").string
    #expect(symlink(victim, root.path.appending("lock").string) == 0)
    let error = #expect(throws: HostError.self) { try FileLock.acquire("lock", in: root) }
    #expect(error?.code == .invalid)
    #expect(try root.metadata(of: "victim") == nil)
    try root.makeDirectory("directory")
    #expect(throws: HostError.self) { try FileLock.acquire("directory", in: root) }
    #expect(mkfifo(root.path.appending("pipe").string, 0o600) == 0)
    #expect(throws: HostError.self) { try FileLock.acquire("pipe", in: root) }
  }

  @Test("A directory can be locked itself, and the lock follows it through a rename")
  func directories() throws {
    try root.makeDirectory("staging")
    let builder = try root.directory("staging")
    #expect(try builder.tryLock(.exclusive))
    try root.rename("staging", as: "volume")
    #expect(try root.directory("volume").tryLock(.exclusive) == false)
    try builder.unlock()
    #expect(try root.directory("volume").tryLock(.exclusive))
  }

  @Test("A lock file is private to its owner")
  func mode() throws {
    _ = try FileLock.acquire("lock", in: root)
    #expect(try root.metadata(of: "lock")?.mode == 0o600)
  }
}
