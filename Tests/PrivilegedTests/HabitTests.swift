// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import SystemPackage
import Testing

/// A class that waits for pods, and `count` claims of it.
private func claims(_ count: Int) -> String {
  let storageClass = """
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: late}
    provisioner: orlop.io
    volumeBindingMode: WaitForFirstConsumer
    """
  let claims = (0..<count).map { index in
    """
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: c\(index), labels: {number: "\(index)"}}
    spec: {storageClassName: late, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
    """
  }
  return ([storageClass] + claims).joined(separator: "\n---\n")
}

@Suite("What people are used to from kubectl", .privileged, .serialized)
struct HabitTests {
  @Test("Of many claims that wait for the same, apply names ten and counts the others; waiting is no failure")
  func summary() throws {
    try OrlopProgram.withStore { (orlop) throws -> Void in
      let applied = try orlop.run("apply", "-f", "-", input: claims(25))
      #expect(applied.status == 0, "\(applied)")
      let lines = applied.complaints.split(separator: "\n")
      #expect(lines.count == 11, "\(applied)")
      #expect(
        lines.last?.hasPrefix("… and 15 more claims are Pending: waiting for first consumer") == true, "\(applied)")
      #expect(!applied.complaints.contains("\u{1b}"), "no progress into a pipe")
    }
  }

  @Test("A directory is read, with -R also those beneath it; an address is refused with what to do instead")
  func directories() throws {
    try OrlopProgram.withStore { (orlop) throws -> Void in
      let state = try Directory.open(FilePath(orlop.state))
      for name in ["top", "top/below"] { #expect(mkdir(orlop.state + "/" + name, 0o755) == 0) }
      func namespace(_ name: String) -> [UInt8] {
        Array("{apiVersion: v1, kind: Namespace, metadata: {name: \(name)}}".utf8)
      }
      try state.directory("top").replaceFile("b.yaml", with: namespace("b"))
      try state.directory("top").replaceFile("note.txt", with: Array("no manifest".utf8))
      try state.directory("top").directory("below").replaceFile(
        "a.json", with: Array(#"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}"#.utf8))
      let top = orlop.state + "/top"
      #expect(try orlop.run("apply", "-f", top).output == "namespace/b created\n")
      #expect(try orlop.run("apply", "-R", "-f", top).output == "namespace/b unchanged\nnamespace/a created\n")
      let address = try orlop.run("apply", "-f", "https://example.com/x.yaml")
      #expect(address.status == 1 && address.complaints.contains("curl -sL https://example.com/x.yaml | orlop"))
    }
  }

  @Test("create --dry-run=client -o yaml prints what would be stored, and get sees fields")
  func output() throws {
    try OrlopProgram.withStore { (orlop) throws -> Void in
      let text = "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: x}, provisioner: orlop.io}"
      let shown = try orlop.run("create", "-f", "-", "--dry-run=client", "-o", "yaml", input: text)
      #expect(shown.status == 0 && shown.output.contains("\nreclaimPolicy: Delete\n"), "\(shown)")
      #expect(try orlop.run("get", "sc", "-o", "name").output == "")
      #expect(try orlop.run("apply", "-f", "-", "-o", "name", input: claims(3)).output.hasSuffix("/c2\n"))
      let pending = try orlop.run(
        "get", "pvc", "--field-selector", "status.phase=Pending,metadata.name!=c1", "-o", "name")
      #expect(pending.output == "persistentvolumeclaim/c0\npersistentvolumeclaim/c2\n", "\(pending)")
      #expect(try orlop.run("get", "pvc", "c0", "--field-selector", "a=b").status == 2)
      #expect(try orlop.run("get", "pvc", "--field-selector", "phase").status == 2)
    }
  }

  @Test("wait takes all objects of a kind, or those with labels")
  func wait() throws {
    try OrlopProgram.withStore { (orlop) throws -> Void in
      #expect(try orlop.run("apply", "-f", "-", input: claims(3)).status == 0)
      let all = try orlop.run("wait", "--for=jsonpath={.status.phase}=Pending", "pvc", "--all")
      #expect(all.status == 0 && all.output.split(separator: "\n").count == 3, "\(all)")
      let one = try orlop.run("wait", "--for=jsonpath={.status.phase}=Pending", "pvc", "-l", "number=1")
      #expect(one.output == "persistentvolumeclaim/c1 condition met\n", "\(one)")
      #expect(try orlop.run("wait", "--for=delete", "pvc", "-l", "number=7").status == 0)
      #expect(try orlop.run("wait", "--for=create", "pvc").status == 2)
    }
  }

  @Test("A wait ends when another process does what it waits for")
  func wake() throws {
    try OrlopProgram.withStore { (orlop) throws -> Void in
      let waiting = try orlop.start(["wait", "--for=create", "ns/later", "--timeout=60s"])
      let text = "{apiVersion: v1, kind: Namespace, metadata: {name: later}}"
      #expect(try orlop.run("apply", "-f", "-", input: text).status == 0)
      let outcome = waiting.outcome()
      #expect(outcome.status == 0 && outcome.output == "namespace/later condition met\n", "\(outcome)")
    }
  }

  @Test("diff shows what apply would change, and changes nothing")
  func diff() throws {
    try OrlopProgram.withStore { (orlop) throws -> Void in
      let new = try orlop.run("diff", "-f", "-", input: claims(1))
      #expect(new.status == 1 && new.output.contains("\n+  name: c0\n"), "\(new)")
      #expect(try orlop.run("get", "pvc", "-o", "name").output == "")
      #expect(try orlop.run("apply", "-f", "-", input: claims(1)).status == 0)
      let same = try orlop.run("diff", "-f", "-", input: claims(1))
      #expect(same.status == 0 && same.output == "", "\(same)")
      let changed = try orlop.run("diff", "-f", "-", input: claims(1).replacing("number: \"0\"", with: "number: one"))
      #expect(changed.status == 1 && changed.output.contains("\n-    number: \"0\"\n+    number: one\n"), "\(changed)")
      #expect(changed.output.hasPrefix("--- live/persistentvolumeclaim/default/c0\n+++ merged/"), "\(changed)")
      let refused = try orlop.run("diff", "-f", "-", input: claims(1).replacing("1Mi", with: "2Mi"))
      #expect(refused.status == 2 && refused.complaints.contains("is invalid: spec"), "\(refused)")
    }
  }

  @Test("delete takes all namespaces, the word all, and what kubectl's users add for pods")
  func delete() throws {
    try OrlopProgram.withStore { (orlop) throws -> Void in
      #expect(try orlop.run("apply", "-f", "-", input: claims(2)).status == 0)
      let none = try orlop.run("delete", "pods", "--all", "-A", "--force", "--grace-period=0")
      #expect(none.status == 0 && none.complaints == "No resources found\n", "\(none)")
      #expect(try orlop.run("delete", "pvc").status == 2)
      #expect(try orlop.run("delete", "pvc", "--all", "-l", "number=1").output.contains("\"c1\" deleted"))
      #expect(try orlop.run("delete", "all", "--all").status == 0)
      #expect(try orlop.run("get", "all", "-o", "name").output == "")
    }
  }
}
