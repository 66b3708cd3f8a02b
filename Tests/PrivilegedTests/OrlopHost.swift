// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import LinuxStorage
import SystemPackage
import Testing

/// A host of its own for one test: the binary, a state directory on a real disk, and what the kernel and the disk have of it.
final class OrlopHost: Sendable {
  let bench: HostBench
  let orlop: OrlopProgram
  let state: FilePath

  /// A host whose state is on `disk`, or else on the machine's own.
  init(on disk: QuotaDisk? = nil) throws {
    bench = try HostBench()
    state = (disk?.path ?? bench.root.path).appending("state")
    orlop = OrlopProgram(state: state.string)
  }

  /// Two classes, a claim of each, and a pod that sees both: `data` is an image, `logs` a directory.
  static let manifest = """
    \(classes)
    ---
    \(claim("data", of: "image"))
    ---
    \(claim("logs", of: "directory"))
    ---
    \(pod())
    """

  static let classes = """
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: image}
    provisioner: orlop.io
    parameters: {storage: image, fsType: ext4}
    ---
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: directory}
    provisioner: orlop.io
    parameters: {storage: directory, enforcement: none}
    """

  static func claim(_ name: String, of storageClass: String = "image", size: String = "16Mi") -> String {
    """
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: \(name)}
    spec:
      storageClassName: \(storageClass)
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: \(size)}}
    """
  }

  static func pod(
    _ name: String = "app", claims: [String] = ["data", "logs"], subPath: String = "sub"
  ) -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata: {name: \(name)}
    spec:
      containers:
      - name: main
        image: busybox
        volumeMounts:
    \(claims.map { "    - {name: \($0), mountPath: /\($0), subPath: \(subPath)}" }.joined(separator: "\n"))
      volumes:
    \(claims.map { "  - {name: \($0), persistentVolumeClaim: {claimName: \($0)}}" }.joined(separator: "\n"))
    """
  }

  // MARK: Doing

  /// Runs `orlop` and expects it to succeed.
  @discardableResult
  func succeed(
    _ arguments: String..., input: String = "", at location: SourceLocation = #_sourceLocation
  ) throws -> String {
    let outcome = try orlop.run(arguments, input: input)
    try #require(outcome.status == 0 && !outcome.isKilled, "orlop \(arguments): \(outcome)", sourceLocation: location)
    return outcome.output
  }

  @discardableResult
  func apply(_ manifest: String = OrlopHost.manifest, at location: SourceLocation = #_sourceLocation) throws -> String {
    try succeed("apply", "-f", "-", input: manifest, at: location)
  }

  /// Where the pod sees `volume`.
  func path(_ volume: String, pod: String = "app") throws -> FilePath {
    FilePath(String(try succeed("path", "pod/" + pod, volume).dropLast()))
  }

  /// Writes what ``expectGreetings(at:)`` looks for.
  func writeGreetings() throws {
    for volume in ["data", "logs"] {
      try Directory.open(try path(volume)).replaceFile("greeting", with: Array("hello \(volume)".utf8))
    }
  }

  // MARK: Looking

  /// The entries of a part of the default pool; none while there is no pool.
  func pool(_ part: String) throws -> [String] {
    guard let pools = try? Directory.open(state.appending("pools")), try pools.metadata(of: "default") != nil else {
      return []
    }
    return try pools.directory("default").directory(part).entries()
  }

  /// The directory of the only volume that was made for `claim`.
  func volume(of claim: String) throws -> Directory {
    let name = try succeed("get", "pvc", claim, "-o", "jsonpath={.spec.volumeName}")
    return try Directory.open(state.appending("pools/default/volumes").appending(name))
  }

  /// Where the kernel has something mounted of this host.
  func mounts() throws -> [FilePath] {
    try bench.host.mounts().map(\.target).filter { $0.starts(with: state) && $0 != state }
  }

  /// The loop devices that have a file of this host, by the file's path: also of one that is deleted.
  func loops() throws -> [String] {
    let blocks = try Directory.open("/sys/block")
    return try blocks.entries().filter { $0.hasPrefix("loop") }.compactMap { name in
      let path = FilePath("/sys/block").appending(name).appending("loop")
      guard let loop = try? Directory.open(path), let bytes = try? loop.readFile("backing_file") else { return nil }
      let file = String(decoding: bytes, as: UTF8.self)
      return file.hasPrefix(state.string) ? file : nil
    }
  }

  /// The phases of all volumes, claims and pods.
  func phases() throws -> Set<String> {
    let format = "jsonpath={range .items[*]}{.kind} {.status.phase}{\"\\n\"}{end}"
    return Set(try succeed("get", "pv,pvc,pods", "-o", format).split(separator: "\n").map(String.init))
  }

  // MARK: Expecting

  /// Everything of the manifest is there, once, and in order.
  func expectWhole(at location: SourceLocation = #_sourceLocation) throws {
    let phases = try phases()
    #expect(
      phases == ["PersistentVolume Bound", "PersistentVolumeClaim Bound", "Pod Running"], sourceLocation: location)
    let volumes = try succeed("get", "pv", "-o", "jsonpath={.items[*].metadata.name}").split(separator: " ")
    #expect(try pool("volumes").sorted() == volumes.map(String.init).sorted(), sourceLocation: location)
    #expect(volumes.count == 2, sourceLocation: location)
    // Staging, the pod's volumes and the container's view of each.
    let mounts = try mounts()
    #expect(mounts.count == 6, "\(mounts)", sourceLocation: location)
    #expect(try loops().count == 1, sourceLocation: location)
    try expectAgreement(at: location)
  }

  /// Nothing is left but the pool itself.
  func expectNothing(at location: SourceLocation = #_sourceLocation) throws {
    #expect(try phases() == [], sourceLocation: location)
    #expect(try pool("volumes") == [], sourceLocation: location)
    #expect(try mounts() == [], sourceLocation: location)
    #expect(try isDetached(), sourceLocation: location)
    try expectAgreement(at: location)
  }

  /// Nothing half-made is left, and the doctor is content.
  func expectAgreement(at location: SourceLocation = #_sourceLocation) throws {
    #expect(try pool("staging") == [], sourceLocation: location)
    #expect(try pool("trash") == [], sourceLocation: location)
    #expect(try succeed("doctor", at: location) == "store, disks and kernel agree\n", sourceLocation: location)
  }

  /// What ``writeGreetings()`` wrote is there.
  func expectGreetings(at location: SourceLocation = #_sourceLocation) throws {
    for volume in ["data", "logs"] {
      let found = try Directory.open(try path(volume)).readFile("greeting")
      #expect(found == Array("hello \(volume)".utf8), "\(volume)", sourceLocation: location)
    }
  }

  /// Whether the kernel lets go of the last loop device, which it does a moment after the last unmount.
  private func isDetached() throws -> Bool {
    for _ in 0..<200 {
      if try loops().isEmpty { return true }
      try #require(try orlop.run("get", "volumes").status == 0)
    }
    return false
  }
}
