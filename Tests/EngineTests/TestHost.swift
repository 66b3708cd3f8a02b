// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import FoundationEssentials
import LinuxStorage
import StorageAPI
import SystemPackage

/// A host of its own for one test: a state directory, a fake kernel, and a clock that stands still.
final class TestHost: Sendable {
  let state: String
  let kernel = FakeHost()

  init() throws {
    let temporary = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    state = "\(temporary)/orlop-engine-\(UUID().uuidString.lowercased())"
    try FileManager.default.createDirectory(
      atPath: state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try mountRoot()
  }

  /// The one mount that every host has.
  private func mountRoot() throws {
    let identity = try FileMetadata.of(FilePath(state)).identity
    kernel.addForeignMount(
      MountEntry(
        target: "/", device: identity.device, root: "/", type: "ext4", source: "/dev/root", isReadOnly: false,
        options: ["rw"]))
  }

  /// Takes every mount and loop device away, as a reboot does.
  func reboot() throws {
    kernel.reboot()
    try mountRoot()
  }

  /// Also what is immutable, as mount points are.
  deinit {
    let path = FilePath(state)
    if let name = path.lastComponent { try? Directory.open(path.removingLastComponent()).removeTree(name.string) }
  }

  /// A client as a new process would make it.
  func client(at seconds: Int64 = 1_800_000_000) -> LocalClient {
    LocalClient(
      settings: Settings(state: state, run: state + "/run", node: "node1"), host: kernel,
      clock: { Timestamp(seconds: seconds) })
  }

  /// The ids of the volumes that have a directory in the default pool.
  func volumesOnDisk() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: state + "/pools/default/volumes").sorted()
  }

  /// Where the kernel shows something of ours mounted, sorted.
  var mountedPaths: [String] { kernel.mountTable.map(\.target.string).filter { $0 != "/" }.sorted() }

  /// Loses the database, as a broken disk would.
  func loseDatabase() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: state) where name.hasPrefix("orlop.db") {
      try FileManager.default.removeItem(atPath: state + "/" + name)
    }
  }
}

extension LocalClient {
  /// Creates the objects of `yaml` and settles.
  func apply(_ yaml: String) async throws {
    for manifest in try ManifestReader.read(yaml) {
      var object = manifest.resource
      if object.kind?.isNamespaced == true, object.namespace.isEmpty { object.metadata.namespace = "default" }
      _ = try await create(object, options: WriteOptions())
    }
    try await settle()
  }

  func claim(_ name: String) async throws -> PersistentVolumeClaim {
    let key = ObjectKey(.persistentVolumeClaim, namespace: "default", name: name)
    return PersistentVolumeClaim(json: try await get(key).json)
  }

  func pod(_ name: String) async throws -> Pod {
    Pod(json: try await get(ObjectKey(.pod, namespace: "default", name: name)).json)
  }

  func remove(_ kind: Kind, _ name: String) async throws {
    try await delete(ObjectKey(kind, namespace: "default", name: name), options: WriteOptions())
    try await settle()
  }

  func count(_ kind: Kind) async throws -> Int { try await list(kind, namespace: nil).objects.count }
}

/// A class of directory volumes, a claim of it and a pod that mounts the claim.
enum Sample {
  static let storageClass = """
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: plain}
    provisioner: orlop.io
    parameters: {storage: directory, enforcement: none}
    """
  static let claim = """
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: data}
    spec:
      storageClassName: plain
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 400M}}
    """
  static let pod = """
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
      - {name: c, image: busybox, volumeMounts: [{name: d, mountPath: /data}]}
      volumes:
      - {name: d, persistentVolumeClaim: {claimName: data}}
    """
  static let all = [storageClass, claim, pod].joined(separator: "\n---\n")
}
