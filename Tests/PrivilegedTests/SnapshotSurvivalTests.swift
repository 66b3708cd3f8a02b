// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import LinuxStorage
import SystemPackage
import Testing
import Volumes

extension Fault {
  static let copy = rows(VolumeSteps.copy, passages: [1])
  static let clone = rows(VolumeSteps.clone, passages: [1])
  static let snapshot = rows(VolumeSteps.snapshot, passages: [1])
  static let deleteSnapshot = rows(VolumeSteps.deleteSnapshot, passages: [1])
  /// About the one effect of a snapshot.
  static let effect = rows([EngineSteps.noted, EngineSteps.performed, EngineSteps.concluded], passages: [1])
}

extension SurvivalTests {
  private static let snapshotClass = """
    apiVersion: snapshot.storage.k8s.io/v1
    kind: VolumeSnapshotClass
    metadata: {name: cut}
    driver: orlop.io
    deletionPolicy: Delete
    """

  private static let snapshot = """
    apiVersion: snapshot.storage.k8s.io/v1
    kind: VolumeSnapshot
    metadata: {name: friday}
    spec: {volumeSnapshotClassName: cut, source: {persistentVolumeClaimName: data}}
    """

  private static func copy(of kind: String, _ name: String) -> String {
    OrlopHost.claim("copy") + "\n  dataSource: {\(kind), name: \(name)}\n---\n"
      + OrlopHost.pod("reader", claims: ["copy"], subPath: "sub")
  }

  private static let clone = copy(of: "kind: PersistentVolumeClaim", "data")

  /// A pod with its data, and the class.
  private func prepare() throws {
    try host.apply()
    try host.writeGreetings()
    try host.apply(Self.snapshotClass)
  }

  /// Whoever writes to the volume does not wait: nothing has stayed frozen.
  private func expectThawed() throws {
    let root = try Directory.open(try host.path("data"))
    try root.replaceFile("still", with: [1])
  }

  private func repeatOrReconcile(_ fault: Fault, _ manifest: String) throws {
    switch fault.next {
    case .same: try host.apply(manifest)
    case .reconcile:
      try host.succeed("reconcile")
      try host.expectAgreement()
      try host.apply(manifest)
    }
  }

  @Test("A snapshot of a volume in use", arguments: Fault.copy + Fault.snapshot + Fault.effect)
  func cutting(_ fault: Fault) throws {
    try prepare()
    try die(at: fault, "apply", "-f", "-", input: Self.snapshot)
    try expectThawed()
    try repeatOrReconcile(fault, Self.snapshot)
    #expect(try host.succeed("get", "vs", "friday", "-o", "jsonpath={.status.readyToUse}") == "true")
    #expect(try host.pool("snapshots").count == 1)
    try host.expectWhole()
    try host.apply(Self.copy(of: "apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot", "friday"))
    #expect(try Directory.open(try host.path("copy", pod: "reader")).readFile("greeting") == Array("hello data".utf8))
    try host.succeed("delete", "vs", "friday")
    #expect(try host.pool("snapshots") == [])
    try host.expectAgreement()
  }

  @Test(
    "A clone of a volume in use", arguments: Fault.copy + Fault.clone + Fault.rows(VolumeSteps.create, passages: [1]))
  func cloning(_ fault: Fault) throws {
    try prepare()
    try die(at: fault, "apply", "-f", "-", input: Self.clone)
    try expectThawed()
    try repeatOrReconcile(fault, Self.clone)
    #expect(try Directory.open(try host.path("copy", pod: "reader")).readFile("greeting") == Array("hello data".utf8))
    #expect(try host.pool("volumes").count == 3)
    let finalizers = try host.succeed("get", "pvc", "data", "-o", "jsonpath={.metadata.finalizers[*]}")
    #expect(finalizers == "kubernetes.io/pvc-protection")
    try host.expectAgreement()
  }

  @Test("The end of a snapshot", arguments: Fault.deleteSnapshot + Fault.effect)
  func uncutting(_ fault: Fault) throws {
    try prepare()
    try host.apply(Self.snapshot)
    try die(at: fault, "delete", "vs", "friday")
    if fault.next == .reconcile {
      try host.succeed("reconcile")
      try host.expectAgreement()
    }
    try host.succeed("delete", "vs", "friday", "--ignore-not-found")
    #expect(try host.succeed("get", "vs,vsc", "-o", "name") == "")
    #expect(try host.pool("snapshots") == [])
    try host.expectWhole()
  }

  @Test("A snapshot survives the loss of the database: adopted, it serves the same name again (SN9)")
  func adoption() throws {
    try prepare()
    try host.apply(Self.snapshot)
    let id = try #require(try host.pool("snapshots").first)
    for pod in ["app"] { try host.succeed("delete", "pod", pod) }
    let state = try Directory.open(host.state)
    for name in try state.entries() where name.hasPrefix("orlop.db") { try state.unlink(name) }
    #expect(try host.orlop.run("doctor").output.contains("snapshot \(id): it has data and no VolumeSnapshotContent"))
    let adopted = try host.succeed("adopt")
    let content = try host.succeed("get", "vsc", "-o", "jsonpath={.items[*].metadata.name}")
    #expect(adopted.contains("volumesnapshotcontent/\(content) adopted"))
    try host.apply(
      """
      apiVersion: snapshot.storage.k8s.io/v1
      kind: VolumeSnapshot
      metadata: {name: friday}
      spec: {source: {volumeSnapshotContentName: \(content)}}
      """)
    #expect(try host.succeed("get", "vs", "friday", "-o", "jsonpath={.status.readyToUse}") == "true")
    try host.apply(OrlopHost.classes)
    try host.apply(Self.copy(of: "apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot", "friday"))
    #expect(try Directory.open(try host.path("copy", pod: "reader")).readFile("greeting") == Array("hello data".utf8))
  }

}
