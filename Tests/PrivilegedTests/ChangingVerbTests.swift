// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import Glibc
import LinuxStorage
import SystemPackage
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

  @Test("label and annotate set, take away, and overwrite only when told to")
  func pairs() throws {
    try withObjects { (orlop) throws -> Void in
      #expect(try orlop.run("label", "pvc/data", "tier=db", "a=b").output == "persistentvolumeclaim/data labeled\n")
      #expect(try orlop.run("label", "pvc", "data", "tier=db").output == "persistentvolumeclaim/data not labeled\n")
      let refused = try orlop.run("label", "pvc", "data", "tier=web")
      #expect(
        refused.status == 1 && refused.complaints.contains("'tier' already has a value (db), and --overwrite is false"))
      #expect(try orlop.run("label", "pvc", "data", "tier=web", "--overwrite").status == 0)
      #expect(try orlop.value(".metadata.labels.tier", of: "pvc/data") == "web")
      #expect(try orlop.run("label", "pvc", "--all", "tier-").output == "persistentvolumeclaim/data unlabeled\n")
      #expect(try orlop.value(".metadata.labels", of: "pvc/data") == "{\"a\":\"b\"}")
      #expect(try orlop.run("annotate", "pv", "-l", "tier=db", "who=me").output == "persistentvolume/disk annotated\n")
      #expect(try orlop.value(".metadata.annotations.who", of: "pv/disk") == "me")
      let invalid = try orlop.run("label", "pvc", "data", "b=c d")
      #expect(invalid.status == 1 && invalid.complaints.contains("The PersistentVolumeClaim \"data\" is invalid"))
      #expect(try orlop.value(".metadata.labels", of: "pvc/data") == "{\"a\":\"b\"}")
      let dry = try orlop.run("label", "pvc", "data", "x=y", "--dry-run=server")
      #expect(dry.output == "persistentvolumeclaim/data labeled (server dry run)\n")
      #expect(try orlop.value(".metadata.labels.x", of: "pvc/data") == "")
    }
  }

  @Test("patch changes fields in each of its languages; a size that must not change says so (V51)")
  func patch() throws {
    try withObjects { (orlop) throws -> Void in
      let merged = try orlop.run("patch", "pv", "disk", "-p", #"{"spec": {"persistentVolumeReclaimPolicy": "Delete"}}"#)
      #expect(merged.output == "persistentvolume/disk patched\n", "\(merged)")
      #expect(try orlop.value(".spec.persistentVolumeReclaimPolicy", of: "pv/disk") == "Delete")
      let again = try orlop.run("patch", "pv/disk", "-p", "spec: {persistentVolumeReclaimPolicy: Delete}")
      #expect(again.output == "persistentvolume/disk patched (no change)\n")
      let back = try orlop.run(
        "patch", "pv/disk", "--type=merge", "-p", #"{"spec": {"persistentVolumeReclaimPolicy": null}}"#)
      #expect(back.status == 0, "\(back)")
      #expect(try orlop.value(".spec.persistentVolumeReclaimPolicy", of: "pv/disk") == "Retain")
      let operations = try orlop.run(
        "patch", "pv/disk", "--type=json", "--patch-file=-", "-o", "name",
        input: #"[{"op": "replace", "path": "/metadata/labels/tier", "value": "web"}]"#)
      #expect(operations.output == "persistentvolume/disk\n", "\(operations)")
      #expect(try orlop.value(".metadata.labels.tier", of: "pv/disk") == "web")
      let size = try orlop.run("patch", "pvc", "data", "-p", #"{"spec": {"volumeName": "x", "storageClassName": "y"}}"#)
      #expect(size.status == 1 && size.complaints.contains("is immutable"), "\(size)")
      let missing = try orlop.run("patch", "pvc", "nothing", "-p", "{}")
      #expect(missing.status == 1)
      #expect(missing.complaints == "Error from server (NotFound): persistentvolumeclaims \"nothing\" not found\n")
      #expect(try orlop.run("patch", "pvc", "data").status == 2)
    }
  }

  @Test("scale sets how many pods there are, and only where there are pods to count (SS4)")
  func scale() throws {
    try withObjects { (orlop) throws -> Void in
      let set = """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, image: busybox}]}
        """
      #expect(try orlop.run("apply", "-f", "-", input: set).status == 0)
      let scaled = try orlop.run("scale", "sts", "web", "--replicas=3")
      #expect(scaled.output == "statefulset.apps/web scaled\n" && scaled.status == 0, "\(scaled)")
      #expect(try orlop.run("get", "pods", "-o", "name").output == "pod/web-0\npod/web-1\npod/web-2\n")
      let refused = try orlop.run("scale", "sts/web", "--replicas=1", "--current-replicas=2")
      #expect(refused.status == 1 && refused.complaints.contains("Expected replicas to be 2, was 3"))
      #expect(try orlop.run("scale", "sts/web", "--replicas=0").status == 0)
      #expect(try orlop.run("get", "pods").complaints == "No resources found in default namespace.\n")
      let pod = try orlop.run("scale", "pod/web-0", "--replicas=1")
      #expect(pod.status == 2 && pod.complaints.contains("pods cannot"))
    }
  }

  @Test("edit keeps what is changed, tells in the text what is wrong with it, and changes nothing without a change")
  func edit() throws {
    try withObjects { (orlop) throws -> Void in
      var orlop = orlop
      /// Runs edit with a script as the editor; `script` gets the file as $1.
      func edit(_ script: String) throws -> OrlopProgram.Outcome {
        let editor = orlop.state + "/editor"
        try Directory.open(FilePath(orlop.state)).replaceFile("editor", with: Array(("#!/bin/sh\n" + script).utf8))
        #expect(chmod(editor, 0o755) == 0)
        orlop.environment = ["EDITOR": editor, "TMPDIR": orlop.state]
        return try orlop.run("edit", "pv/disk")
      }
      let edited = try edit("sed -i s/noatime/nodiratime/ $1")
      #expect(edited.output == "persistentvolume/disk edited\n" && edited.status == 0, "\(edited)")
      #expect(try orlop.value(".spec.mountOptions[0]", of: "pv/disk") == "nodiratime")
      let nothing = try edit("true")
      #expect(nothing.complaints == "Edit cancelled, no changes made.\n" && nothing.output == "" && nothing.status == 0)
      #expect(try edit(": > $1").complaints == "Edit cancelled, no changes made.\n")
      // Wrong at first, with the reason in the text then, and put right.
      let second = try edit(
        "if grep -q '^# The PersistentVolume' $1; then sed -i 's/0Gi/6Gi/' $1; else sed -i 's/5Gi/0Gi/' $1; fi")
      #expect(second.output == "persistentvolume/disk edited\n", "\(second)")
      #expect(try orlop.value(".spec.capacity.storage", of: "pv/disk") == "6Gi")
      let stubborn = try edit("grep -q '^# Error' $1 || sed -i s/capacity/capactiy/ $1")
      #expect(
        stubborn.status == 1 && stubborn.complaints.contains("it is kept in \(orlop.state)/orlop-edit-"), "\(stubborn)")
      let failed = try edit("exit 3")
      #expect(failed.status == 1 && failed.complaints.contains("nothing is changed"), "\(failed)")
      let left = try Directory.open(FilePath(orlop.state)).entries().filter { $0.hasPrefix("orlop-edit-") }
      #expect(left.count == 1, "only the text that was refused is kept: \(left)")
      #expect(try orlop.value(".spec.capacity.storage", of: "pv/disk") == "6Gi")
    }
  }

  @Test("What others change while an editor is open stays, and so does what is edited")
  func editMeanwhile() throws {
    try withObjects { (orlop) throws -> Void in
      var orlop = orlop
      let script =
        "#!/bin/sh\n\(try OrlopProgram.binary().path) label pv/disk theirs=yes >/dev/null\nsed -i s/noatime/nodiratime/ $1\n"
      try Directory.open(FilePath(orlop.state)).replaceFile("editor", with: Array(script.utf8))
      #expect(chmod(orlop.state + "/editor", 0o755) == 0)
      orlop.environment = ["EDITOR": orlop.state + "/editor", "TMPDIR": orlop.state]
      let edited = try orlop.run("edit", "pv", "disk")
      #expect(edited.output == "persistentvolume/disk edited\n", "\(edited)")
      #expect(try orlop.value(".metadata.labels.theirs", of: "pv/disk") == "yes")
      #expect(try orlop.value(".spec.mountOptions[0]", of: "pv/disk") == "nodiratime")
    }
  }
}
