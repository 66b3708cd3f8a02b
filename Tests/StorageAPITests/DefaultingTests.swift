// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("Defaults")
struct DefaultingTests {
  @Test(
    "Sources get the API's defaults",
    arguments: [
      ("hostPath", ["path": "/a"], ["path": "/a", "type": ""]),
      ("iscsi", ["targetPortal": "a"], ["targetPortal": "a", "iqn": "", "lun": 0, "iscsiInterface": "default"]),
      (
        "rbd", ["monitors": ["a"], "image": "b", "pool": "p"],
        ["monitors": ["a"], "image": "b", "pool": "p", "user": "admin", "keyring": "/etc/ceph/keyring"]
      ),
      (
        "azureDisk", ["diskName": "a", "diskURI": "b"],
        [
          "diskName": "a", "diskURI": "b", "cachingMode": "ReadWrite", "fsType": "ext4", "readOnly": false,
          "kind": "Shared",
        ]
      ),
      (
        "scaleIO", ["gateway": "a", "system": "b"],
        ["gateway": "a", "system": "b", "storageMode": "ThinProvisioned", "fsType": "xfs"]
      ),
      ("nfs", ["server": "a", "path": "/b"], ["server": "a", "path": "/b"]),
    ] as [(String, JSONObject, JSONObject)])
  func sources(name: String, given: JSONObject, stored: JSONObject) throws {
    let text = JSONWriter.compact([
      "apiVersion": "v1", "kind": "PersistentVolume", "metadata": ["name": "a"],
      "spec": .object(JSONObject([(name, .object(given))])),
    ])
    #expect(try Verdict.create(text).object.object("spec", name) == stored)
  }

  @Test("Setting defaults twice changes nothing")
  func repeated() throws {
    let text = """
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: s}
      spec:
        serviceName: s
        selector: {matchLabels: {a: b}}
        template:
          metadata: {labels: {a: b}}
          spec:
            containers:
            - {name: c, image: i, ports: [{containerPort: 80}], livenessProbe: {httpGet: {port: 80}}}
            volumes: [{name: v}, {name: p, projected: {sources: [{serviceAccountToken: {path: t}}]}}]
        volumeClaimTemplates:
        - metadata: {name: d}
          spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """
    let once = try Verdict.create(text).object
    var twice = once
    Defaulting.apply(to: &twice, .statefulSet)
    #expect(twice == once)
    let pod = try #require(once.object("spec", "template", "spec"))
    #expect(pod.objects("containers").first?.object("livenessProbe")?.integer("periodSeconds") == 10)
    #expect(pod.objects("volumes").first == ["name": "v", "emptyDir": [:]])
    #expect(pod["enableServiceLinks"] == nil)
  }

  @Test("A pod's requests follow its limits, and its quality follows both")
  func resources() throws {
    func pod(_ resources: String) throws -> JSONObject {
      try Verdict.create(
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i, resources: \(resources)}]}}"
      ).object
    }
    let guaranteed = try pod("{limits: {cpu: 1, memory: 1Gi}}")
    #expect(guaranteed.string("status", "qosClass") == "Guaranteed")
    let container = try #require(guaranteed.objects("spec", "containers").first)
    #expect(container.object("resources", "requests") == ["cpu": "1", "memory": "1Gi"])
    #expect(try pod("{requests: {cpu: 1}}").string("status", "qosClass") == "Burstable")
    #expect(try pod("{}").string("status", "qosClass") == "BestEffort")
  }

  @Test("A namespace is labelled with its name")
  func namespaces() throws {
    let object = try Verdict.create("{apiVersion: v1, kind: Namespace, metadata: {name: a}}").object
    #expect(object.object("metadata") == ["name": "a", "labels": ["kubernetes.io/metadata.name": "a"]])
    #expect(object.object("status") == ["phase": "Active"])
  }
}
