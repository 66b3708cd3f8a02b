// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Testing

/// Objects that need no volume of this host: a volume and a claim of its own size, which are not for each other.
private let manifest = """
  apiVersion: v1
  kind: PersistentVolume
  metadata: {name: disk, labels: {tier: db}}
  spec:
    capacity: {storage: 5Gi}
    accessModes: [ReadWriteOnce]
    storageClassName: slow
    mountOptions: [noatime]
    hostPath: {path: /nowhere}
  ---
  apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: {name: data}
  spec:
    storageClassName: ""
    accessModes: [ReadWriteOnce]
    resources: {requests: {storage: 3Gi}}
  """

private func withObjects(_ body: (OrlopProgram) throws -> Void) throws {
  try OrlopProgram.withStore { (orlop) throws -> Void in
    let applied = try orlop.run("apply", "-f", "-", input: manifest)
    try #require(applied.status == 0, "\(applied)")
    try body(orlop)
  }
}

extension OrlopProgram {
  /// What `-o jsonpath` finds at `path` in `object`.
  fileprivate func value(_ path: String, of object: String) throws -> String {
    try run("get", object, "-o", "jsonpath={\(path)}").output
  }
}

@Suite("The verbs that change objects", .privileged, .serialized)
struct ChangingVerbTests {
  @Test("A null in the manifest takes away what others have set; leaving it out does not")
  func null() throws {
    try withObjects { (orlop) throws -> Void in
      let other = manifest.replacing("name: disk", with: "name: other").replacing("name: data", with: "name: d2")
      let created = try orlop.run("create", "-f", "-", input: other)
      #expect(created.status == 0, "\(created)")
      // What nobody applied stays when it is left out, and goes when it is null.
      func apply(_ labels: String, _ further: String = "") throws -> String {
        let applied = try orlop.run(
          "apply", "-f", "-",
          input: """
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: other, labels: \(labels)}
            spec: {hostPath: {path: /nowhere}\(further)}
            """)
        #expect(applied.status == 0, "\(applied)")
        return applied.output
      }
      _ = try apply("{a: b}")
      #expect(try orlop.value(".metadata.labels.tier", of: "pv/other") == "db")
      #expect(try orlop.value(".spec.mountOptions[0]", of: "pv/other") == "noatime")
      #expect(try apply("{tier: null}", ", mountOptions: null") == "persistentvolume/other configured\n")
      #expect(try orlop.value(".metadata.labels.tier", of: "pv/other") == "")
      #expect(try orlop.value(".spec.mountOptions", of: "pv/other") == "")
      #expect(try orlop.value(".spec.storageClassName", of: "pv/other") == "slow")
      #expect(try apply("{tier: null}", ", mountOptions: null") == "persistentvolume/other unchanged\n")
    }
  }

  @Test("A null in a new object is as good as nothing, and gets the default")
  func nullOfNew() throws {
    try OrlopProgram.withStore { (orlop) throws -> Void in
      for verb in ["create", "apply"] {
        let text = """
          {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: \(verb), creationTimestamp: null},
          provisioner: orlop.io, reclaimPolicy: null, volumeBindingMode: null}
          """
        let made = try orlop.run(verb, "-f", "-", input: text)
        #expect(made.output == "storageclass.storage.k8s.io/\(verb) created\n", "\(made)")
        #expect(try orlop.value(".reclaimPolicy", of: "sc/\(verb)") == "Delete")
      }
    }
  }
}
