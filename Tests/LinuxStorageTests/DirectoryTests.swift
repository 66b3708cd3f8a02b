// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import Synchronization
import SystemPackage
import Testing

@Suite struct DirectoryTests {
  let scratch: Scratch
  var root: Directory { scratch.root }

  init() throws { scratch = try Scratch() }

  @Test("A name that is not the name of one entry is refused, and nothing is made")
  func badNames() throws {
    for name in ["", ".", "..", "a/b", "/etc", "a\0b", String(repeating: "x", count: 256)] {
      let error = #expect(throws: HostError.self) { try root.makeDirectory(name) }
      #expect(error?.code == .invalid, "\(name.debugDescription)")
    }
    #expect(try root.entries() == [])
  }

  @Test("A relative path cannot leave the directory")
  func badPaths() throws {
    for path in ["../x", "/etc", "a/../../etc", "", "a\0/b"] {
      let error = #expect(throws: HostError.self) { try root.directory(path) }
      #expect(error?.code == .invalid, "\(path.debugDescription)")
    }
  }

  @Test("Nothing is reached through a symbolic link, not even one that stays inside")
  func noLinks() throws {
    try root.makeDirectory("real")
    #expect(symlink("real", root.path.appending("link").string) == 0)
    #expect(symlink("/etc", root.path.appending("out").string) == 0)
    for name in ["link", "out", "out/ssh"] {
      let error = #expect(throws: HostError.self) { try root.directory(name) }
      #expect(error?.code == .invalid, "\(name)")
    }
    #expect(throws: HostError.self) { try root.makeDirectories("link/made") }
    #expect(throws: HostError.self) { try root.handle("out/passwd") }
  }

  @Test("A directory gets exactly its mode, whatever the umask is")
  func modes() throws {
    try root.makeDirectory("open", mode: 0o777)
    try root.makeDirectory("closed", mode: 0)
    #expect(try root.metadata(of: "open")?.mode == 0o777)
    #expect(try root.metadata(of: "closed")?.mode == 0)
    #expect(try root.metadata(of: "missing") == nil)
  }

  @Test("A rename does not replace unless it is told to")
  func renames() throws {
    try root.replaceFile("a", with: [1])
    try root.replaceFile("b", with: [2])
    let error = #expect(throws: HostError.self) { try root.rename("a", as: "b") }
    #expect(error?.code == .exists)
    try root.rename("a", as: "b", replacing: true)
    #expect(try root.entries() == ["b"])
    #expect(try root.readFile("b") == [1])
  }

  @Test("Replacing a file leaves only the file, with its mode, and reading it again gives the same bytes")
  func replace() throws {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try root.replaceFile("record", with: [1, 2, 3], mode: 0o600)
    try root.replaceFile("record", with: bytes, mode: 0o640)
    #expect(try root.readFile("record") == bytes)
    #expect(try root.metadata(of: "record")?.mode == 0o640)
    #expect(try root.entries() == ["record"])
    #expect(try root.readFile("missing") == nil)
    let error = #expect(throws: HostError.self) { try root.readFile("record", limit: 10) }
    #expect(error?.code == .invalid)
  }

  @Test("A pipe or a link where a file should be is refused without waiting")
  func noPipes() throws {
    #expect(mkfifo(root.path.appending("pipe").string, 0o600) == 0)
    #expect(symlink("/etc/passwd", root.path.appending("link").string) == 0)
    for name in ["pipe", "link"] {
      let error = #expect(throws: HostError.self) { try root.readFile(name) }
      #expect(error?.code == .invalid, "\(name)")
    }
  }

  @Test("A tree is removed whole: deep, with odd names, links and closed directories; what links point to stays")
  func removesTrees() throws {
    try root.replaceFile("canary", with: [7])
    var place = root.path.appending("tree")
    try root.makeDirectory("tree")
    for level in 0..<300 {
      #expect(symlink(root.path.appending("canary").string, place.appending("link").string) == 0)
      #expect(creat(place.appending("file\n\(level)").string, 0) >= 0)
      place.append("d")
      #expect(mkdir(place.string, 0o700) == 0)
    }
    #expect(symlink("/etc", place.appending("etc").string) == 0)
    try root.directory("tree").makeDirectory(".orlop-removing-1", mode: 0)
    try root.removeTree("tree")
    #expect(try root.entries() == ["canary"])
    try root.removeTree("tree")
    try root.removeTree("canary")
    #expect(try root.isEmpty())
  }

  @Test("Every descendant is visited once, whatever bytes its name has, and links are not followed")
  func descendants() throws {
    try root.makeDirectories("tree/a/b").replaceFile("deep", with: [1])
    try root.makeDirectory("outside")
    try root.directory("outside").replaceFile("canary", with: [1])
    let tree = root.path.appending("tree").string
    #expect(symlink("../outside", tree + "/link") == 0)
    let latin: [CChar] = (tree + "/").utf8CString.dropLast() + [CChar(bitPattern: 0xE4), 0]
    #expect(mkdir(latin, 0o700) == 0)
    #expect(creat(latin.dropLast() + [CChar(UInt8(ascii: "/")), CChar(bitPattern: 0xFF), 0], 0o600) >= 0)
    var seen: [String] = []
    try root.directory("tree").forEachDescendant { (entry) throws(HostError) in
      seen.append("\(entry.metadata.kind.rawValue) \(entry.path.string.dropFirst(tree.count))")
      switch entry.metadata.kind {
      case .regular: #expect(try entry.file().metadata().identity == entry.metadata.identity)
      case .directory: #expect(try entry.directory().metadata().identity == entry.metadata.identity)
      default: #expect(throws: HostError.self) { try entry.directory() }
      }
    }
    #expect(
      seen.sorted() == [
        "directory /a", "directory /a/b", "directory /\u{FFFD}", "regular /a/b/deep", "regular /\u{FFFD}/\u{FFFD}",
        "symbolicLink /link",
      ])
    try root.removeTree("tree")
    #expect(try root.entries() == ["outside"])
  }

  @Test("While somebody swaps a directory and a link at full speed, nothing outside is made or removed")
  func swaps() throws {
    try root.makeDirectory("outside")
    try root.directory("outside").replaceFile("canary", with: [7])
    try root.makeDirectory("tree")
    let tree = root.path.appending("tree").string
    #expect(symlink("../outside", tree + "/link") == 0)
    try root.directory("tree").makeDirectory("swapped")
    let swapper = Swapper(from: tree + "/swapped", to: tree + "/link")
    swapper.start()
    for _ in 0..<200 {
      _ = try? root.makeDirectories("tree/swapped/made/deep")
      if let inside = try? root.directory("tree/swapped") { try? inside.removeTree("canary") }
      if let inside = try? root.directory("tree") { try? inside.directory("link").removeTree("made") }
    }
    swapper.stop()
    #expect(swapper.swaps > 10)
    #expect(try root.directory("outside").entries() == ["canary"])
    try root.removeTree("tree")
    #expect(try root.directory("outside").readFile("canary") == [7])
  }
}

/// Exchanges two names again and again, on a thread of its own.
private final class Swapper: Sendable {
  private let from: String
  private let to: String
  private let state = Mutex((stopped: false, swaps: 0, thread: pthread_t()))

  init(from: String, to: String) {
    self.from = from
    self.to = to
  }

  var swaps: Int { state.withLock { $0.swaps } }

  func start() {
    let retained = Unmanaged.passRetained(self).toOpaque()
    state.withLock { state in
      _ = pthread_create(&state.thread, nil, swapUntilStopped, retained)
    }
    while swaps == 0 { sched_yield() }
  }

  func stop() {
    let thread = state.withLock { state in
      state.stopped = true
      return state.thread
    }
    pthread_join(thread, nil)
  }

  fileprivate func run() {
    // Hidden in the Glibc module; with RENAME_EXCHANGE (2) no name is ever missing.
    typealias Exchange = @convention(c) (CInt, UnsafePointer<CChar>, CInt, UnsafePointer<CChar>, CUnsignedInt) -> CInt
    guard let symbol = dlsym(nil, "renameat2") else { return }
    let exchange = unsafeBitCast(symbol, to: Exchange.self)
    while !state.withLock({ $0.stopped }) {
      let done = exchange(AT_FDCWD, from, AT_FDCWD, to, 2) == 0
      state.withLock { $0.swaps += done ? 1 : 0 }
    }
  }
}

/// The body of the swapper's thread.
private func swapUntilStopped(_ swapper: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let swapper { Unmanaged<Swapper>.fromOpaque(swapper).takeRetainedValue().run() }
  return nil
}
