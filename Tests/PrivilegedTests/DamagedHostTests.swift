// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import LinuxStorage
import SystemPackage
import Testing

@Suite("A damaged host is reported in one sentence, and nothing is lost", .privileged, .serialized)
struct DamagedHostTests {
  let host: OrlopHost

  init() throws { host = try OrlopHost() }

  /// A host whose two volumes hold greetings and are not mounted.
  private func fill() throws {
    try host.apply()
    try host.writeGreetings()
    try host.succeed("delete", "pod", "app")
  }

  private func apply(_ manifest: String = OrlopHost.manifest, with orlop: OrlopProgram? = nil) throws
    -> OrlopProgram.Outcome
  {
    try (orlop ?? host.orlop).run("apply", "-f", "-", input: manifest)
  }

  /// Sees that all is well once the damage is repaired.
  private func expectRecovery() throws {
    try host.apply()
    try host.expectWhole()
    try host.expectGreetings()
  }

  /// The program in a mount namespace of its own, in which `script` has mounted something.
  private func orlop(after script: String) -> OrlopProgram {
    var orlop = host.orlop
    orlop.prefix = [
      "/usr/bin/unshare", "--mount", "--propagation", "private", "/bin/sh", "-ec",
      Namespace.leaveAll(but: host.bench.root.path.string) + "\n" + script + "; exec \"$@\"", "sh",
    ]
    return orlop
  }

  // MARK: The disk

  @Test("A pool without its marker takes no volume, and loses none")
  func missingMarker() throws {
    try fill()
    let pool = try Directory.open(host.state.appending("pools/default"))
    try pool.rename("pool.json", as: "elsewhere.json")
    try apply().expectFailure("pool.json is missing; mount the pool's disk there")
    try host.orlop.run("reconcile").expectFailure("pool.json is missing; mount the pool's disk there")
    try apply(OrlopHost.claim("more")).expectFailure("pool.json is missing; mount the pool's disk there")
    let findings = try host.orlop.run("doctor")
    #expect(findings.status == 1)
    #expect(findings.output.contains("pool default: "))
    #expect(!findings.output.contains("delete the PersistentVolume"))
    #expect(try host.pool("volumes").count == 2)
    try host.succeed("delete", "pvc", "more")
    try pool.rename("elsewhere.json", as: "pool.json")
    try expectRecovery()
  }

  @Test("A damaged record is not trusted", arguments: ["", "{\"version\": 1", "{}", "\0\u{1}\u{2}\n\n"])
  func damagedRecord(_ text: String) throws {
    try fill()
    let volume = try host.volume(of: "data")
    let record = try #require(try volume.readFile("volume.json"))
    try volume.replaceFile("volume.json", with: Array(text.utf8))
    try apply().expectFailure("volume.json is damaged")
    try host.orlop.run("reconcile").expectFailure("volume.json is damaged")
    #expect(try host.orlop.run("doctor").output.contains("volume.json is damaged"))
    #expect(try host.mounts() == [])
    try volume.replaceFile("volume.json", with: record)
    try expectRecovery()
  }

  @Test("A damaged image is neither mounted nor formatted")
  func damagedImage() throws {
    try fill()
    let image = try SparseFile.open("image", in: host.volume(of: "data"), writable: true)
    let head = try image.read(at: 0, count: 4096)
    try image.write([UInt8](repeating: 0, count: 4096), at: 0)
    try apply().expectFailure("holds no filesystem at all")
    try host.orlop.run("reconcile").expectFailure("it is not mounted and not formatted")
    let findings = try host.orlop.run("doctor")
    #expect(findings.status == 1)
    #expect(findings.output.contains("holds no filesystem at all, its record says ext4 with UUID"))
    #expect(findings.output.contains("\n  restore it from a backup\n"))
    #expect(try image.read(at: 0, count: 4096) == [UInt8](repeating: 0, count: 4096))
    #expect(try host.mounts() == [])
    try image.write(head, at: 0)
    try expectRecovery()
  }

  @Test("A shortened image is not mounted")
  func shortenedImage() throws {
    try fill()
    let image = try SparseFile.open("image", in: host.volume(of: "data"), writable: true)
    let size = try image.size()
    let tail = try image.read(at: size - 65536, count: 65536)
    try image.truncate(to: size - 65536)
    try apply().expectFailure("its image has \(size - 65536) bytes, its record says \(size)")
    #expect(
      try host.orlop.run("doctor").output.contains("its image has \(size - 65536) bytes, its record says \(size)"))
    try image.truncate(to: size)
    try image.write(tail, at: size - 65536)
    try expectRecovery()
  }

  @Test("On a full disk a creation fails whole", arguments: [0, 4, 16, 64, 256, 1024, 4096] as [Int64])
  func fullDisk(kilobytesLeft: Int64) async throws {
    try host.bench.root.makeDirectory("state", mode: 0o711)
    let loop = try host.bench.attach(try await host.bench.image("disk", megabytes: 96))
    try host.bench.host.mount("ext4", from: loop.path, at: host.state, options: MountOptions())
    try host.apply(OrlopHost.classes + "\n---\n" + OrlopHost.claim("first", size: "4Mi"))
    let disk = try Directory.open(host.state)
    let ballast = try SparseFile.create("ballast", in: disk)
    let free = try host.bench.host.usage(at: host.state).availableBytes
    try ballast.truncate(to: free - kilobytesLeft << 10)
    try ballast.allocate()
    let outcome = try apply()
    #expect(outcome.status == 0 || outcome.complaints.contains("space") || outcome.complaints.contains("more than"))
    if outcome.status != 0 { outcome.expectFailure("") }
    try disk.unlink("ballast")
    try ballast.truncate(to: 0)
    try host.apply()
    try host.succeed("delete", "pvc", "first")
    try host.expectWhole()
    try host.succeed("delete", "-f", "-", input: OrlopHost.manifest)
    #expect(try host.pool("volumes") == [])
    try host.expectAgreement()
  }

  @Test("A read-only state directory can be read, and is not half-written")
  func readOnly() throws {
    try fill()
    let state = host.state.string
    let readOnly = orlop(after: "mount --bind \(state) \(state); mount -o remount,ro,bind \(state)")
    try apply(with: readOnly).expectFailure("ead-only")
    try readOnly.run("reconcile").expectFailure("ead-only")
    try readOnly.run("delete", "pvc", "data").expectFailure("ead-only")
    #expect(try readOnly.run("get", "pvc", "-o", "name").output.hasPrefix("persistentvolumeclaim/data\n"))
    try expectRecovery()
  }

  // MARK: The machine

  @Test("Without mkfs the sentence names the package")
  func missingProgram() throws {
    let crippled = orlop(after: "mount --bind /dev/null /usr/sbin/mke2fs")
    try apply(OrlopHost.classes + "\n---\n" + OrlopHost.claim("data"), with: crippled)
      .expectFailure("is not installed; install the package e2fsprogs")
    #expect(try host.pool("volumes") == [])
    try host.apply()
    try host.expectWhole()
  }

  @Test("Without loop devices nothing is mounted, and later all is")
  func noLoopDevices() throws {
    let crippled = orlop(after: "mount --bind /dev/null /dev/loop-control")
    try apply(with: crippled).expectFailure("loop")
    #expect(try host.mounts() == [])
    try host.apply()
    try host.expectWhole()
  }

  @Test("Whoever is not root is told so")
  func notRoot() throws {
    var orlop = host.orlop
    // Where everybody may run it.
    let program = host.bench.root.path.appending("orlop").string
    try FileManager.default.copyItem(atPath: try OrlopProgram.binary().path, toPath: program)
    orlop.program = program
    #expect(chmod(host.bench.root.path.string, 0o755) == 0)
    orlop.prefix = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    for verb in ["apply -f -", "get pods", "reconcile", "delete pod x", "doctor"] {
      let arguments = verb.split(separator: " ").map(String.init)
      try orlop.run(arguments, input: OrlopHost.manifest).expectFailure("needs root")
    }
    #expect(try host.bench.root.metadata(of: "state") == nil)
  }

  // MARK: The store

  @Test(
    "A damaged database is reported and left alone",
    arguments: ["its header", "its pages", "its end", "all of it", "newer"])
  func damagedDatabase(_ part: String) throws {
    try fill()
    let state = try Directory.open(host.state)
    let saved = try #require(try state.readFile("orlop.db", limit: 1 << 24))
    var bytes = saved
    switch part {
    case "its header": bytes.replaceSubrange(0..<16, with: [UInt8](repeating: 7, count: 16))
    case "its pages": bytes.replaceSubrange(4096..<16384, with: [UInt8](repeating: 0xa5, count: 12288))
    case "its end": bytes.removeLast(100)
    case "all of it": bytes = []
    default: bytes[63] = 99  // user_version, https://www.sqlite.org/fileformat.html#the_database_header
    }
    try state.replaceFile("orlop.db", with: bytes)
    let sentence = part == "newer" ? "use the newer orlop that wrote it" : "is damaged"
    try apply().expectFailure(sentence)
    try host.orlop.run("get", "pvc").expectFailure(sentence)
    try host.orlop.run("reconcile").expectFailure(sentence)
    try host.orlop.run("delete", "pvc", "data").expectFailure(sentence)
    #expect(try state.readFile("orlop.db", limit: 1 << 24) == bytes)
    try state.replaceFile("orlop.db", with: saved)
    try expectRecovery()
  }

  @Test("A lost database costs no data, and a damaged record only its own volume")
  func lostDatabase() throws {
    try fill()
    let volume = try host.volume(of: "logs")
    let state = try Directory.open(host.state)
    for name in try state.entries() where name.hasPrefix("orlop.db") { try state.unlink(name) }
    let record = try #require(try volume.readFile("volume.json"))
    try volume.replaceFile("volume.json", with: [])
    let adopted = try host.orlop.run("adopt")
    adopted.expectFailure("volume.json is damaged")
    #expect(adopted.output.contains(" adopted\n"))
    try volume.replaceFile("volume.json", with: record)
    #expect(try host.succeed("adopt").contains(" adopted\n"))
    try expectRecovery()
  }
}
