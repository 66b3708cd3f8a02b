// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Controllers
import Engine
import StorageAPI
import Testing

/// What a simulation takes in and gives out.
@Suite("Simulations") struct SimulationTests {
  private static let claim = """
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], storageClassName: CLASS, resources: {requests: {storage: 400M}}}
    ---

    """
  private static let volume = """
    apiVersion: v1
    kind: PersistentVolume
    metadata: {name: disk}
    spec: {accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: {path: /tmp/disk}}
    ---

    """

  private static func claim(of className: String) -> String { claim.replacing("CLASS", with: className) }

  private static func storageClass(_ provisioner: String) -> String {
    """
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: fast}
    provisioner: \(provisioner)
    ---

    """
  }

  private func simulation(_ text: String, provisioners: Set<String> = []) throws -> Simulation {
    var simulation = Simulation(
      Simulation.Options(
        provisioners: provisioners, now: Timestamp(seconds: 1_800_000_000), newUID: RandomUID.make))
    try simulation.add(text: text)
    return simulation
  }

  private func settled(_ text: String, provisioners: Set<String> = []) throws -> Simulation {
    var simulation = try simulation(text, provisioners: provisioners)
    try simulation.run()
    return simulation
  }

  private func reasons(_ simulation: Simulation) -> [String] { simulation.events.map { $0.json.string("reason") } }

  @Test("New objects are admitted: uid, time, protection, defaults (T1, R22, R25)")
  func admitted() throws {
    let world = try settled(Self.volume).world
    let volume = try #require(world.volume("disk"))
    #expect(volume.uid.count == 36 && volume.phase == .available)
    #expect(volume.metadata.creationTimestamp == Timestamp(seconds: 1_800_000_000))
    #expect(volume.metadata.finalizers == [WellKnown.volumeProtection])
    #expect(volume.reclaimPolicy == .retain)
    #expect(volume.json.string("status", "lastPhaseTransitionTime") == "2027-01-15T08:00:00Z")
  }

  @Test("A new object that breaks a rule is refused, with its place in the text (V11)")
  func refused() {
    let text =
      Self.volume + "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c}\nspec: {accessModes: []}\n"
    let error = #expect(throws: StatusError.self) { try simulation(text) }
    #expect(error?.reason == .invalid && error?.origin?.document == 2)
  }

  @Test("Two objects of one name are refused")
  func twice() {
    let error = #expect(throws: StatusError.self) { try simulation(Self.volume + Self.volume) }
    #expect(error?.reason == .alreadyExists)
  }

  @Test("An unknown kind is refused by its name")
  func unknownKind() {
    let error = #expect(throws: StatusError.self) {
      try simulation("{apiVersion: v1, kind: Secret, metadata: {name: s, uid: u}}")
    }
    #expect(error?.message == "no matches for kind \"Secret\" in version \"v1\"")
  }

  @Test("An object with a uid is taken as it stands, whatever the rules say")
  func asItStands() throws {
    let text = "{apiVersion: v1, kind: PersistentVolume, metadata: {name: odd, uid: u}, spec: {claimRef: {}}}"
    let volume = try #require(try settled(text).world.volume("odd"))
    #expect(volume.uid == "u" && volume.phase == .available && volume.capacityText == nil)
  }

  @Test("Volumes are looked at before claims, whatever the order in the file (B2, B4)")
  func volumesFirst() throws {
    let simulation = try settled(Self.claim(of: "\"\"") + Self.volume)
    #expect(simulation.world.volume("disk")?.phase == .bound)
    #expect(reasons(simulation) == [])
  }

  @Test("A provisioner that is served makes a volume, one that is not is waited for (P4, P22)")
  func provisioners() throws {
    let text = Self.storageClass("ext.example.com") + Self.claim(of: "fast")
    let served = try settled(text, provisioners: ["ext.example.com"])
    #expect(reasons(served) == ["ExternalProvisioning", "Provisioning", "ProvisioningSucceeded"])
    #expect(served.world.all(PersistentVolume.self).map(\.capacityText) == ["390625Ki"])
    let unserved = try settled(text)
    #expect(reasons(unserved) == ["ExternalProvisioning"])
    #expect(unserved.world.all(PersistentVolume.self).isEmpty)
  }

  @Test("A provisioner's name with a slash makes a driver's name with a dot (V35, A1)")
  func driverName() throws {
    let name = "kubernetes.io/vsphere-volume"
    let simulation = try settled(Self.storageClass(name) + Self.claim(of: "fast"), provisioners: [name])
    let volume = try #require(simulation.world.all(PersistentVolume.self).first)
    #expect(volume.csiDriver == "kubernetes.io.vsphere-volume" && volume.phase == .bound)
    #expect(volume.annotation(WellKnown.provisionedBy) == name)
  }

  @Test("What the API refuses to a controller is told, and nothing is said to have succeeded (EV13)")
  func refusedToController() throws {
    let name = "ext.example.com/" + String(repeating: "a", count: 60)  // too long for a driver's name
    let simulation = try settled(Self.storageClass(name) + Self.claim(of: "fast"), provisioners: [name])
    #expect(Set(reasons(simulation)) == ["ExternalProvisioning", "Provisioning", "FailedCreate"])
  }

  @Test("Deleting a claim takes its provisioned volume with it (T2, R1, R13, R14)")
  func deletion() throws {
    let after = try settled(Self.pair, provisioners: ["ext.example.com"]) { object in
      if object.kind == .persistentVolumeClaim { object.metadata.deletionTimestamp = Timestamp(seconds: 1_800_000_000) }
    }
    #expect(after.objects.map(\.kind) == [.storageClass])
    #expect(reasons(after) == [])
  }

  @Test("A pending claim that is deleted is told once more what it waited for, and goes (T2, T3, B32)")
  func pendingDeletion() throws {
    let after = try settled(Self.claim(of: "\"\"")) {
      $0.metadata.deletionTimestamp = Timestamp(seconds: 1_800_000_000)
    }
    #expect(after.objects.isEmpty)
    #expect(reasons(after) == ["FailedBinding"])
  }

  /// The objects of `text` settled, then changed by `change`, then settled again.
  private func settled(
    _ text: String, provisioners: Set<String> = [], then change: (inout Resource) -> Void
  ) throws -> Simulation {
    var objects = try settled(text, provisioners: provisioners).objects
    for index in objects.indices { change(&objects[index]) }
    var after = try simulation("", provisioners: provisioners)
    for object in objects { try after.add(object) }
    try after.run()
    return after
  }

  private static let pair = storageClass("ext.example.com") + claim(of: "fast")

  @Test(
    "A volume deleted before its claim stays, Terminating and Bound, until the claim is gone; then its storage goes too (T8, T9)"
  )
  func volumeFirst() throws {
    let waiting = try settled(Self.pair, provisioners: ["ext.example.com"]) { object in
      if object.kind == .persistentVolume { object.metadata.deletionTimestamp = Timestamp(seconds: 1_800_000_000) }
    }
    let volume = try #require(waiting.world.all(PersistentVolume.self).first)
    #expect(volume.isTerminating && volume.phase == .bound)
    let both = try settled(Self.pair, provisioners: ["ext.example.com"]) { object in
      if object.kind != .storageClass { object.metadata.deletionTimestamp = Timestamp(seconds: 1_800_000_000) }
    }
    #expect(both.objects.map(\.kind) == [.storageClass])
  }

  @Test("A Bound volume whose protection is taken away by hand goes, and its claim is Lost (T12, B40)")
  func forced() throws {
    let after = try settled(Self.volume + Self.claim(of: "\"\"")) { object in
      guard object.kind == .persistentVolume else { return }
      object.metadata.deletionTimestamp = Timestamp(seconds: 1_800_000_000)
      object.metadata.finalizers = ["example.com/other"]
    }
    #expect(after.world.all(PersistentVolumeClaim.self).map(\.phase) == [.bound])
    var objects = after.objects
    objects.removeAll { $0.kind == .persistentVolume }
    var lost = try simulation("")
    for object in objects { try lost.add(object) }
    try lost.run()
    #expect(lost.world.all(PersistentVolumeClaim.self).map(\.phase) == [.lost])
    #expect(reasons(lost) == ["ClaimLost"])
  }

  @Test("A Released volume serves no new claim of the same name until claimRef is removed (R2, B55)")
  func released() throws {
    var objects = try settled(Self.volume + Self.claim(of: "\"\"")).objects
    objects.removeAll { $0.kind == .persistentVolumeClaim }
    var again = try simulation(Self.claim(of: "\"\""))
    for object in objects { try again.add(object) }
    try again.run()
    #expect(again.world.volume("disk")?.phase == .released)
    #expect(again.world.all(PersistentVolumeClaim.self).map(\.phase) == [.pending])
    var freed = try simulation("")
    for object in again.objects {
      var object = object
      if object.kind == .persistentVolume { object.json.set(nil, "spec", "claimRef") }
      try freed.add(object)
    }
    try freed.run()
    #expect(freed.world.volume("disk")?.phase == .bound)
  }

  @Test("The list holds the objects, then the events, each told once with its count (EV30, EV31)")
  func list() throws {
    let simulation = try settled(Self.claim(of: "\"\""))
    let items = try #require(simulation.list.object?.objects("items"))
    #expect(items.map { $0.string("kind") } == ["PersistentVolumeClaim", "Event"])
    let event = Event(json: try #require(items.last))
    #expect(event.reason == "FailedBinding" && event.count >= 1 && event.namespace == "default")
    #expect(event.involvedName == "data" && event.involvedUID == simulation.objects.first?.uid)
  }
}
