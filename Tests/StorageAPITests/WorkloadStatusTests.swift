// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("The status of workloads") struct WorkloadStatusTests {
  @Test("An update keeps what the controllers have written", arguments: [Kind.deployment, .statefulSet])
  func kept(kind: Kind) throws {
    let stored: JSONObject = [
      "apiVersion": .string(kind.apiVersion), "kind": .string(kind.name),
      "metadata": ["name": "web", "namespace": "default", "uid": "u", "generation": 1],
      "spec": [
        "replicas": 1, "serviceName": "web", "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "c", "image": "x"]]],
        ],
      ],
      "status": ["replicas": 1, "readyReplicas": 1],
    ]
    var changed = stored
    if kind == .deployment { changed.set(nil, "spec", "serviceName") }
    let before = changed
    changed.set(2, "spec", "replicas")
    let admitted = try Admission.admitUpdate(changed, from: before, kind) { _ in nil }
    #expect(admitted.object["status"] == stored["status"])
    #expect(admitted.object.integer("metadata", "generation") == 2)
  }
}
