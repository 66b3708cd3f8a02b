// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import Testing

/// Objects that need no volume of this host: two claims, and a volume reserved for one of them.
private let manifest = """
  apiVersion: v1
  kind: PersistentVolume
  metadata: {name: pv0001, labels: {tier: db}}
  spec:
    capacity: {storage: 5Gi}
    accessModes: [ReadWriteOnce]
    hostPath: {path: /nowhere}
    claimRef: {namespace: default, name: myclaim}
  ---
  apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: {name: otherclaim}
  spec:
    storageClassName: ""
    accessModes: [ReadWriteOnce]
    resources: {requests: {storage: 3Gi}}
  ---
  apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: {name: myclaim}
  spec:
    storageClassName: ""
    accessModes: [ReadWriteOnce]
    resources: {requests: {storage: 2Gi}}
  """

private func withObjects(_ body: (OrlopProgram) throws -> Void) throws {
  try OrlopProgram.withStore { (orlop) throws -> Void in
    let created = try orlop.run("create", "-f", "-", input: manifest)
    try #require(created.status == 0, "\(created)")
    try body(orlop)
  }
}

@Suite("The verbs that show objects", .privileged, .serialized)
struct ShowingVerbTests {
  @Test("get prints a block for each kind, with kinds before the names (O2, O3)") func blocks() throws {
    try withObjects { (orlop) throws -> Void in
      let shown = try orlop.run("get", "pv,pvc")
      #expect(shown.status == 0)
      let lines = shown.output.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count == 7, "\(shown)")
      #expect(
        lines[1].hasPrefix(
          "persistentvolume/pv0001   5Gi        RWO            Retain           Bound    default/myclaim"))
      #expect(lines[2] == "")
      #expect(lines[4].hasPrefix("persistentvolumeclaim/myclaim      Bound     pv0001   5Gi        RWO"))
      #expect(lines[5].hasPrefix("persistentvolumeclaim/otherclaim   Pending"))
    }
  }

  @Test("Names, fields, labels and order can be asked for") func formats() throws {
    try withObjects { (orlop) throws -> Void in
      #expect(
        try orlop.run("get", "pvc", "-o", "name").output
          == "persistentvolumeclaim/myclaim\npersistentvolumeclaim/otherclaim\n")
      #expect(
        try orlop.run("get", "pvc", "myclaim", "-o", "jsonpath={.spec.resources.requests.storage}").output == "2Gi")
      #expect(
        try orlop.run(
          "get", "pvc", "-o", "jsonpath={.items[*].metadata.name}", "--sort-by=.spec.resources.requests.storage"
        )
        .output == "myclaim otherclaim")
      #expect(try orlop.run("get", "pv", "-l", "tier=db", "-o", "name").output == "persistentvolume/pv0001\n")
      #expect(
        try orlop.run("get", "pv", "pv0001", "-o", "yaml").output.hasPrefix("apiVersion: v1\nkind: PersistentVolume\n"))
      #expect(try orlop.run("get", "pods", "-o", "json").output.contains("\"items\": [],"))
      #expect(
        try orlop.run("get", "pvc", "-o", "custom-columns=N:.metadata.name,V:.spec.volumeName").output
          == "N            V\nmyclaim      pv0001\notherclaim   <none>\n")
    }
  }

  @Test("What is not there is told, with the status of kubectl") func missing() throws {
    try withObjects { (orlop) throws -> Void in
      let named = try orlop.run("get", "pvc", "x", "myclaim", "-o", "name")
      #expect(named.output == "persistentvolumeclaim/myclaim\n")
      #expect(named.complaints == "Error from server (NotFound): persistentvolumeclaims \"x\" not found\n")
      #expect(named.status == 1)
      let elsewhere = try orlop.run("get", "pvc", "-n", "team-b")
      #expect(elsewhere.complaints == "No resources found in team-b namespace.\n")
      #expect(elsewhere.output == "" && elsewhere.status == 0)
      #expect(try orlop.run("get", "sc").complaints == "No resources found\n")
    }
  }

  @Test(
    "A command line that makes no sense has status 2 and one sentence",
    arguments: [
      (["get", "nonsense"], "the server doesn't have a resource type \"nonsense\""),
      (["get", "pvc", "-o", "xml"], "unable to match a printer suitable for the output format \"xml\""),
      (["get", "pvc", "a", "-A"], "a resource cannot be retrieved by name across all namespaces"),
      (["get", "pvc", "a", "-l", "b=c"], "name cannot be provided when a selector is specified"),
      (["get", "pv,pvc", "-w"], "you may only specify a single resource type with --watch"),
      (["get", "pvc,volumes"], "ask for them alone"),
      (["get", "pvc", "-l", "a in"], "label selector"),
      (["get", "pvc", "-o", "jsonpath={.a"], "jsonpath"),
    ]) func usage(arguments: [String], sentence: String) throws
  {
    try OrlopProgram.withStore { (orlop) throws -> Void in
      let refused = try orlop.run(arguments)
      #expect(refused.status == 2, "\(refused)")
      #expect(refused.complaints.contains(sentence), "\(refused)")
      #expect(refused.output == "")
    }
  }

  @Test("describe tells why a claim waits, and takes the beginning of a name (O5)") func why() throws {
    try withObjects { (orlop) throws -> Void in
      let told = try orlop.run("describe", "pvc", "other")
      #expect(told.output.hasPrefix("Name:          otherclaim\nNamespace:     default\nStorageClass:\n"))
      #expect(told.output.contains("no persistent volumes available for this claim and no storage class is set"))
      #expect(told.output.contains("\nWhy:\n"))
      #expect(told.output.contains("pv0001"))
      #expect(try !orlop.run("describe", "pvc", "myclaim").output.contains("Why:"))
      #expect(try orlop.run("describe", "pvc", "nothing").status == 1)
    }
  }

  @Test("A host without volumes says so") func emptyHost() throws {
    try OrlopProgram.withStore { (orlop) throws -> Void in
      #expect(try orlop.run("get", "volumes").complaints == "No volumes found on this host\n")
      #expect(try orlop.run("df").complaints.hasPrefix("No pools and volumes yet"))
      #expect(try orlop.run("df", "-o", "json").output == "{\n    \"pools\": [],\n    \"volumes\": []\n}\n")
    }
  }

  @Test("A pool without its marker is a row without numbers, and a failure with the reason") func badPool() throws {
    try OrlopProgram.withStore { (orlop) throws -> Void in
      for directory in ["/pools", "/pools/fast"] {
        #expect(mkdir(orlop.state + directory, 0o700) == 0)
      }
      let reason = "error: pool fast: \(orlop.state)/pools/fast/pool.json is missing; mount the pool's disk there"
      let full = try orlop.run("df")
      #expect(full.status == 1 && full.complaints.hasPrefix(reason), "\(full)")
      #expect(full.complaints.split(separator: "\n").count == 1, "\(full)")
      let row = full.output.split(separator: "\n").last?.split(separator: " ").map(String.init)
      #expect(row == ["fast", "-", "-", "-", "-", "-", "-", orlop.state + "/pools/fast"], "\(full)")
      let volumes = try orlop.run("get", "volumes", "-o", "name")
      #expect(volumes.status == 1 && volumes.output == "" && volumes.complaints.hasPrefix(reason), "\(volumes)")
      let document = try orlop.run("df", "-o", "json")
      #expect(document.status == 1 && document.output.contains("\"problem\": \"pool fast: "), "\(document)")
    }
  }

  @Test("Completion exists for each shell", arguments: ["bash", "zsh", "fish"]) func completion(shell: String) throws {
    try OrlopProgram.withStore { (orlop) throws -> Void in
      let script = try orlop.run("completion", shell)
      #expect(script.status == 0)
      #expect(script.output.contains("describe") && script.output.contains("reconcile"))
    }
  }
}
