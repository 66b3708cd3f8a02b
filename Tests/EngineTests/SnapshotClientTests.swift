// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import FoundationEssentials
import ObjectStore
import StorageAPI
import Testing

@Suite("Snapshots through the client") struct SnapshotClientTests {
  private static let first = """
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: image}
    provisioner: orlop.io
    ---
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: old}
    provisioner: orlop.io
    parameters: {fsType: ext3}
    ---
    \(claim("db", of: "old"))
    ---
    \(snapshotClass("cut", "Delete"))
    ---
    \(snapshot("friday"))
    """

  private static func claim(_ name: String, of storageClass: String = "image", _ more: String = "") -> String {
    """
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: \(name)}
    spec:
      storageClassName: \(storageClass)
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 16Mi}}
    \(more)
    """
  }

  private static func snapshotClass(_ name: String, _ policy: String, _ more: String = "") -> String {
    """
    apiVersion: snapshot.storage.k8s.io/v1
    kind: VolumeSnapshotClass
    metadata: {name: \(name)}
    driver: orlop.io
    deletionPolicy: \(policy)
    \(more)
    """
  }

  private static func snapshot(_ name: String, _ className: String = "cut") -> String {
    """
    apiVersion: snapshot.storage.k8s.io/v1
    kind: VolumeSnapshot
    metadata: {name: \(name)}
    spec: {volumeSnapshotClassName: \(className), source: {persistentVolumeClaimName: db}}
    """
  }

  private static let fromFriday =
    "  dataSource: {apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: friday}"

  private func snapshots(_ host: TestHost) throws -> [String] {
    let path = host.state + "/pools/default/snapshots"
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  private func friday(_ client: LocalClient) async throws -> VolumeSnapshot {
    VolumeSnapshot(json: try await client.get(ObjectKey(.volumeSnapshot, namespace: "default", name: "friday")).json)
  }

  @Test("A copy is of its source's filesystem, whatever the class leaves out (SN11, SN12)")
  func copies() async throws {
    let host = try TestHost()
    let client = host.client()
    try await client.apply(Self.first)
    let snapshot = try await friday(client)
    #expect(snapshot.isReady && snapshot.restoreSizeText == "16Mi")
    #expect(try snapshots(host) == ["snapshot-" + snapshot.uid])
    try await client.apply(Self.claim("restored", Self.fromFriday))
    try await client.apply(Self.claim("clone", "  dataSource: {kind: PersistentVolumeClaim, name: db}"))
    for name in ["restored", "clone"] {
      let claim = try await client.claim(name)
      #expect(claim.phase == .bound)
      let volume = try await client.get(ObjectKey(.persistentVolume, name: claim.volumeName))
      #expect(volume.json.string("spec", "csi", "fsType") == "ext3")
    }
    #expect(try await client.examine() == [])
    #expect(try await client.snapshots().map(\.volume) == [try await client.claim("db").volumeName])
    // The snapshot outlives its claim (SN8).
    try await client.remove(.persistentVolumeClaim, "db")
    #expect(try await friday(client).isReady)
    try await client.remove(.volumeSnapshot, "friday")
    #expect(try snapshots(host) == [])
    #expect(try await client.count(.volumeSnapshotContent) == 0)
    #expect(try await client.examine() == [])
  }

  @Test("With policy Retain content and snapshot stay, and serve again (SN7, SN9)")
  func retained() async throws {
    let host = try TestHost()
    let client = host.client()
    try await client.apply(Self.first)
    try await client.apply(Self.snapshotClass("keep", "Retain") + "\n---\n" + Self.snapshot("kept", "keep"))
    let before = try snapshots(host)
    #expect(before.count == 2)
    try await client.remove(.volumeSnapshot, "kept")
    #expect(try snapshots(host) == before)
    #expect(try await client.count(.volumeSnapshotContent) == 2)
    #expect(try await client.examine() == [])
  }

  @Test("A snapshot class with parameters is refused, and the error stands in the status (SN5, SN10)")
  func parameters() async throws {
    let host = try TestHost()
    let client = host.client()
    try await client.apply(Self.first)
    try await client.apply(
      Self.snapshotClass("odd", "Delete", "parameters: {speed: high}") + "\n---\n" + Self.snapshot("odd", "odd"))
    let snapshot = VolumeSnapshot(
      json: try await client.get(ObjectKey(.volumeSnapshot, namespace: "default", name: "odd")).json)
    #expect(!snapshot.isReady)
    #expect(snapshot.errorMessage?.contains("the class odd has the parameters speed") == true)
    try await client.remove(.volumeSnapshot, "odd")
    #expect(try await client.count(.volumeSnapshotContent) == 1)
  }

  @Test("A directory volume cannot be cut here, and the status says what to use (SN10)")
  func directories() async throws {
    let host = try TestHost()
    let client = host.client()
    try await client.apply(
      Sample.storageClass + "\n---\n" + Self.claim("db", of: "plain") + "\n---\n" + Self.snapshotClass("cut", "Delete")
        + "\n---\n" + Self.snapshot("friday"))
    #expect(try await friday(client).errorMessage?.contains("use storage image") == true)
    try await client.remove(.volumeSnapshot, "friday")
    #expect(try await client.count(.volumeSnapshot) == 0)
    #expect(try await client.examine() == [])
  }

  @Test("A snapshot that a crash left is deleted when no object wants it, and kept when one does (SN7)")
  func replay() async throws {
    let host = try TestHost()
    let client = host.client()
    try await client.apply(Self.first)
    let id = try #require(try snapshots(host).first)
    let snapshot = try await friday(client)
    await client.release()
    func note() throws {
      let ledger = try Ledger.open(at: host.state, mode: .readWrite)
      try ledger.write(at: Timestamp(seconds: 1_800_000_000)) { transaction in
        try transaction.begin(
          VolumeOperation(
            volume: VolumeOperation.prefix + id, claim: snapshot.uid, pool: "", work: .snapshot,
            started: transaction.now))
      }
    }
    try note()
    _ = try await host.client().restore()
    #expect(try snapshots(host) == [id])
    // Without its objects, and without Orlop's asking, the operation alone is left.
    let ledger = try Ledger.open(at: host.state, mode: .readWrite)
    try ledger.write(at: Timestamp(seconds: 1_800_000_000)) { transaction in
      for object in try transaction.reader.all() {
        guard object.kind == .volumeSnapshot || object.kind == .volumeSnapshotContent, let key = object.key else {
          continue
        }
        var free = object
        free.metadata.finalizers = []
        _ = try transaction.update(free)
        try transaction.delete(key, force: true)
      }
    }
    _ = consume ledger
    #expect(try await host.client().examine().map(\.subject).contains("snapshot \(id)"))
    try note()
    _ = try await host.client().restore()
    #expect(try snapshots(host) == [])
    #expect(try await host.client().examine() == [])
  }

  @Test("Snapshots without objects are found, adopted once, and lost ones are named (SN9)")
  func adoption() async throws {
    let host = try TestHost()
    try await host.client().apply(Self.first)
    let id = try #require(try snapshots(host).first)
    try host.loseDatabase()
    let findings = try await host.client().examine()
    #expect(findings.contains { $0.subject == "snapshot \(id)" && $0.repair == .adopt(volume: id) })
    let adopted = try await host.client().adopt(only: id)
    #expect(adopted.snapshots == ["snapcontent-" + id.dropFirst("snapshot-".count)] && adopted.volumes == [])
    #expect(try await host.client().adopt().snapshots == [])
    try FileManager.default.removeItem(atPath: host.state + "/pools/default/snapshots/" + id)
    let lost = try await host.client().examine().first { $0.subject.hasPrefix("volumesnapshotcontent ") }
    #expect(lost?.message == "its snapshot \(id) is in no pool of this host")
  }
}
