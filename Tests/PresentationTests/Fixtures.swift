// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI
import Testing

/// The moment at which all texts of these tests are printed.
let now = Timestamp(seconds: 1_700_000_000)

/// The moment `seconds` before ``now``, as text.
func ago(_ seconds: Int64) -> String { Timestamp(seconds: now.seconds - seconds).description }

/// The object that the JSON `text` says, created `age` seconds ago.
func object(_ text: String, age: Int64 = 61) throws -> Resource {
  let json = try #require(try JSONReader.read(text).object)
  var resource = Resource(json: json)
  resource.metadata.creationTimestamp = Timestamp(seconds: now.seconds - age)
  return resource
}

extension Resource {
  /// This object with `json` merged into it, objects deeply.
  func with(_ json: String) throws -> Resource {
    Resource(json: merge(self.json, try #require(try JSONReader.read(json).object)))
  }
}

private func merge(_ base: JSONObject, _ patch: JSONObject) -> JSONObject {
  var result = base
  for member in patch.members {
    if let old = result[member.key]?.object, let new = member.value.object {
      result[member.key] = .object(merge(old, new))
    } else {
      result[member.key] = member.value
    }
  }
  return result
}

/// `text` without blanks at the ends of its lines and with a final newline: as the expected texts are written.
func lines(_ text: String) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false)
    .map { String($0.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n") + "\n"
}

/// A claim in `default` with the fields that `spec`, `status` and `metadata` add.
func claim(
  _ name: String, spec: String = "{}", status: String = #"{"phase": "Pending"}"#, metadata: String = "{}",
  age: Int64 = 61
) throws -> Resource {
  try object(
    """
    {"apiVersion": "v1", "kind": "PersistentVolumeClaim",
     "metadata": {"name": "\(name)", "namespace": "default", "finalizers": ["kubernetes.io/pvc-protection"]},
     "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}},
              "storageClassName": "", "volumeMode": "Filesystem"}}
    """, age: age
  ).with(#"{"spec": \#(spec), "status": \#(status), "metadata": \#(metadata)}"#)
}

/// A claim bound to `volume` both ways by the controller.
func boundClaim(
  _ name: String, to volume: String, _ capacity: String, mode: String, spec: String = "{}", age: Int64 = 61
)
  throws -> Resource
{
  try claim(
    name, spec: spec,
    status: #"{"phase": "Bound", "capacity": {"storage": "\#(capacity)"}, "accessModes": ["\#(mode)"]}"#,
    metadata: """
      {"annotations": {"pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes"}}
      """, age: age
  ).with(#"{"spec": {"volumeName": "\#(volume)"}}"#)
}

/// A volume of `capacity` with the source that `spec` says.
func volume(
  _ name: String, _ capacity: String, mode: String = "ReadWriteOnce", phase: String, claim: String? = nil, spec: String,
  age: Int64 = 61
) throws -> Resource {
  var volume = try object(
    """
    {"apiVersion": "v1", "kind": "PersistentVolume",
     "metadata": {"name": "\(name)", "finalizers": ["kubernetes.io/pv-protection"]},
     "spec": {"capacity": {"storage": "\(capacity)"}, "accessModes": ["\(mode)"], "volumeMode": "Filesystem",
              "persistentVolumeReclaimPolicy": "Retain"},
     "status": {"phase": "\(phase)"}}
    """, age: age
  ).with(#"{"spec": \#(spec)}"#)
  if let claim {
    let parts = claim.split(separator: "/")
    volume = try volume.with(#"{"spec": {"claimRef": {"namespace": "\#(parts[0])", "name": "\#(parts[1])"}}}"#)
  }
  return volume
}

/// The table of `objects` with the options that `change` sets.
func table(_ kind: Kind, _ objects: [Resource], _ change: (inout TablePrinter.Options) -> Void = { _ in })
  -> String
{
  var options = TablePrinter.Options()
  change(&options)
  var printer = TablePrinter(kind, options: options)
  return printer.print(objects, now: now)
}

/// A class of `storage.example.com` with `more` merged into it.
func storageClass(_ name: String, _ more: String, age: Int64 = 301) throws -> Resource {
  try object(
    """
    {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "\(name)"},
     "provisioner": "storage.example.com", "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"}
    """, age: age
  ).with(more)
}

/// The volume that was provisioned in the first scenario.
let dynamicVolume = "pvc-0c3d7a6e-5b0e-4a53-9a43-3f0d5f6a7b11"

/// An event of `object` that came `count` times, first and last so many seconds ago.
func event(
  of object: Resource, _ type: String, _ reason: String, from source: String, first: Int64, last: Int64? = nil,
  count: Int64 = 1, _ message: String
) throws -> Resource {
  Resource(json: [
    "apiVersion": "v1", "kind": "Event", "metadata": ["name": .string(object.name + "." + reason)],
    "type": .string(type), "reason": .string(reason), "message": .string(message), "count": .integer(count),
    "source": ["component": .string(source)], "firstTimestamp": .string(ago(first)),
    "lastTimestamp": .string(ago(last ?? first)),
    "involvedObject": [
      "kind": .string(object.json.string("kind")), "name": .string(object.name), "namespace": .string(object.namespace),
    ],
  ])
}

/// A pod that mounts the claim `claim`.
func user(_ name: String, of claim: String, namespace: String = "default") throws -> Resource {
  try object(
    """
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "\(name)", "namespace": "\(namespace)"},
     "spec": {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "\(claim)"}}]}}
    """)
}

/// The text that describes `object` now.
func describe(_ object: Resource, events: [Resource] = [], pods: [Resource] = [], why: [String] = []) -> String {
  Description.text(of: object, Description.Context(now: now, events: events, pods: pods, why: why))
}
