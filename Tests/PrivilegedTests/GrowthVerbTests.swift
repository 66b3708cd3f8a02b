// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import LinuxStorage
import SystemPackage
import Testing

@Suite("Claims grow and shrink by the command", .privileged, .serialized)
struct GrowthVerbTests {
  let host: OrlopHost

  init() throws { host = try OrlopHost() }

  static func classes(_ filesystem: String = "ext4") -> String {
    """
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: growing}
    provisioner: orlop.io
    allowVolumeExpansion: true
    parameters: {fsType: \(filesystem)}
    ---
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: fixed}
    provisioner: orlop.io
    ---

    """
  }

  static func claim(_ size: String, of storageClass: String = "growing") -> String {
    OrlopHost.claim("data", of: storageClass, size: size)
  }

  static let pod = "\n---\n" + OrlopHost.pod(claims: ["data"])

  func status(_ path: String, of kind: String = "pvc") throws -> String {
    try host.succeed("get", kind, "-o", "jsonpath={.items[0]\(path)}")
  }

  func expectSize(_ size: String) throws {
    #expect(try status(".status.capacity.storage") == size)
    #expect(try status(".spec.capacity.storage", of: "pv") == size)
    #expect(try status(".status.conditions") == "" && status(".status.allocatedResources") == "")
    #expect(try status(".metadata.annotations.volume\\.alpha\\.kubernetes\\.io/pre-resize-capacity", of: "pv") == "")
    try host.expectAgreement()
  }

  @Test("An unused volume grows by apply and by resize, and says so (E8, E9, EV23)")
  func unused() throws {
    try host.apply(Self.classes() + Self.claim("30Mi"))
    try host.apply(Self.claim("50Mi"))
    try expectSize("50Mi")
    #expect(try host.succeed("resize", "pvc", "data", "80Mi") == "persistentvolumeclaim/data resized\n")
    try expectSize("80Mi")
    #expect(try host.succeed("resize", "pvc/data", "80Mi") == "persistentvolumeclaim/data unchanged\n")
    #expect(try status(".spec.resources.requests.storage") == "80Mi")
    let told = try host.succeed("describe", "pvc", "data")
    #expect(told.contains("VolumeResizeSuccessful") && told.contains("ExpandVolume succeeded for volume default/data"))
  }

  @Test("A mounted xfs volume grows at once, and its pod is told (E12, EV24)")
  func online() throws {
    try host.apply(Self.classes("xfs") + Self.claim("250Mi") + Self.pod)
    let path = try host.path("data")
    let before = try FilesystemUsage.of(path).totalBytes
    try host.succeed("resize", "pvc", "data", "400Mi")
    #expect(try FilesystemUsage.of(path).totalBytes > before + (140 << 20))
    try expectSize("400Mi")
    for object in ["pvc/data", "pod/app"] {
      #expect(try host.succeed("describe", object).contains("MountVolume.NodeExpandVolume succeeded for volume"))
    }
  }

  @Test("A mounted ext volume waits for its pod where the kernel does not grow it (E10, E12)")
  func nextPod() throws {
    try host.apply(Self.classes() + Self.claim("30Mi") + Self.pod)
    try Directory.open(try host.path("data")).replaceFile("greeting", with: Array("hello".utf8))
    let outcome = try host.orlop.run("resize", "pvc", "data", "60Mi")
    #expect(outcome.status == 0, "\(outcome)")
    if try !Capability.effective().contains(.resource) {
      #expect(outcome.complaints.contains("to grow when its pod is started again"))
      #expect(outcome.complaints.contains("CAP_SYS_RESOURCE"), "\(outcome)")
      #expect(try status(".status.capacity.storage") == "30Mi")
      #expect(try status(".status.allocatedResources.storage") == "60Mi")
      #expect(try status(".status.allocatedResourceStatuses.storage") == "NodeResizePending")
      #expect(try status(".status.conditions[0].type") == "FileSystemResizePending")
      #expect(
        try status(".status.conditions[0].message")
          == "Waiting for user to (re-)start a pod to finish file system resize of volume on node.")
      #expect(try status(".spec.capacity.storage", of: "pv") == "60Mi")
      #expect(
        try status(".metadata.annotations.volume\\.alpha\\.kubernetes\\.io/pre-resize-capacity", of: "pv") == "30Mi")
    }
    try host.succeed("delete", "pod", "app")
    try expectSize("60Mi")
    try host.apply(Self.claim("60Mi") + Self.pod)
    #expect(try FilesystemUsage.of(try host.path("data")).totalBytes >= 60 << 20)
    #expect(try Directory.open(try host.path("data")).readFile("greeting") == Array("hello".utf8))
  }

  @Test("A pool without room leaves the old size and says why; a lower request then grows (E11, E15)")
  func full() throws {
    try host.apply(Self.classes() + Self.claim("30Mi"))
    let outcome = try host.orlop.run("resize", "pvc", "data", "900Ti")
    #expect(outcome.status == 1)
    #expect(outcome.complaints.contains("is still as large as before"), "\(outcome)")
    #expect(outcome.complaints.contains("more than all of pool default, which has "), "\(outcome)")
    #expect(try status(".status.capacity.storage") == "30Mi")
    #expect(try status(".status.allocatedResourceStatuses.storage") == "ControllerResizeInfeasible")
    #expect(try status(".status.conditions[0].type") == "ControllerResizeError")
    #expect(try status(".status.conditions[0].message").contains("needs "))
    try host.succeed("resize", "pvc", "data", "40Mi")
    try expectSize("40Mi")
  }

  @Test("Shrinking, and classes that do not allow growth, are refused in the API's words (E3, E4)")
  func refused() throws {
    try host.apply(Self.classes() + Self.claim("30Mi"))
    let lower = try host.orlop.run("resize", "pvc", "data", "20Mi")
    #expect(lower.status == 1 && lower.complaints.contains("field can not be less than status.capacity"), "\(lower)")
    try host.apply(OrlopHost.claim("rigid", of: "fixed", size: "30Mi"))
    let fixed = try host.orlop.run("resize", "pvc", "rigid", "50Mi")
    #expect(fixed.status == 1)
    #expect(
      fixed.complaints.contains(
        "persistentvolumeclaims \"rigid\" is forbidden: only dynamically provisioned pvc can be resized and the storageclass "
          + "that provisions the pvc must support resize"), "\(fixed)")
    for words in [
      ["pvc", "data"], ["pv", "x", "1Gi"], ["pvc", "data", "1GB"], ["pvc", "data", "-1Gi"], ["pvc", "nobody", "1Gi"],
    ] {
      let outcome = try host.orlop.run(["resize"] + words.map { $0 == "-1Gi" ? "0" : $0 })
      #expect(outcome.status == (words[1] == "nobody" ? 1 : 2), "\(words): \(outcome)")
    }
    try expectSizeUnchanged()
  }

  private func expectSizeUnchanged() throws {
    #expect(try status(".status.capacity.storage") == "30Mi")
    try host.expectAgreement()
  }

  @Test(
    "--shrink makes an unused ext volume smaller, its claim and PersistentVolume with it",
    arguments: ["ext2", "ext3", "ext4"])
  func shrinks(_ filesystem: String) throws {
    try host.apply(Self.classes(filesystem) + Self.claim("200Mi") + Self.pod)
    try Directory.open(try host.path("data")).replaceFile("greeting", with: Array(repeating: 7, count: 30 << 20))
    let used = try host.orlop.run("resize", "pvc", "data", "60Mi", "--shrink")
    #expect(used.status == 1 && used.complaints.contains("is mounted at"), "\(used)")
    try host.succeed("delete", "pod", "app")
    let small = try host.orlop.run("resize", "pvc", "data", "20Mi", "--shrink")
    #expect(small.status == 1 && small.complaints.contains("cannot become as small as"), "\(small)")
    #expect(try status(".status.capacity.storage") == "200Mi")
    #expect(try host.succeed("resize", "pvc", "data", "60Mi", "--shrink") == "persistentvolumeclaim/data resized\n")
    try expectSize("60Mi")
    #expect(try status(".spec.resources.requests.storage") == "60Mi")
    #expect(try host.volume(of: "data").entries().sorted() == ["image", "volume.json"])
    try host.apply(Self.classes(filesystem) + Self.claim("60Mi") + Self.pod)
    let path = try host.path("data")
    #expect(try Directory.open(path).readFile("greeting", limit: 1 << 30) == Array(repeating: 7, count: 30 << 20))
    let total = try FilesystemUsage.of(path).totalBytes
    #expect(total >= 60 << 20 && total < 80 << 20, "\(total)")
    try host.succeed("delete", "pod", "app")
    try host.succeed("resize", "pvc", "data", "90Mi")
    try expectSize("90Mi")
  }

  @Test("xfs cannot be made smaller, and an image that its checker complains about is left alone")
  func unshrinkable() throws {
    try host.apply(Self.classes("xfs") + Self.claim("300Mi"))
    let outcome = try host.orlop.run("resize", "pvc", "data", "250Mi", "--shrink")
    #expect(outcome.status == 1 && outcome.complaints.contains("only ext2, ext3 and ext4 images can be made smaller"))
    try host.expectAgreement()
  }
}
