// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import ObjectStore
internal import StorageAPI

/// Makes the objects that every host has: the namespace `default` and the node that the host is.
struct Bootstrap {
  /// Marks the node that is this host, so that it stays the same one when the host is renamed.
  static let thisHost = "orlop.io/this-host"

  let settings: Settings

  /// Makes what is missing, and returns the node's name.
  func run(_ ledger: Ledger, at now: Timestamp) throws -> String {
    let nodes = try ledger.read { try $0.list(Node.self) }
    let known = nodes.first { $0.annotation(Self.thisHost) != nil }
    let name = settings.node.isEmpty ? known?.name ?? settings.nodeName : settings.node
    let hasDefault = try ledger.read { try $0.get(ObjectKey(.namespace, name: "default")) } != nil
    guard !hasDefault || known?.name != name else { return name }
    try ledger.write(at: now) { transaction in
      if !hasDefault { try transaction.create(Resource(Self.namespace("default"))) }
      if known?.name != name {
        if let known { try transaction.delete(known.key, force: true) }
        try transaction.create(Resource(Self.node(name)))
      }
    }
    return name
  }

  static func namespace(_ name: String) -> Namespace {
    var namespace = Namespace(name: name)
    namespace.metadata.labels = ["kubernetes.io/metadata.name": name]
    namespace.addFinalizer(WellKnown.namespaceContents)
    namespace.json.set("Active", "status", "phase")
    return namespace
  }

  static func node(_ name: String) -> Node {
    var node = Node(name: name)
    node.metadata.labels = HostNode(name: name).labels
    node.setAnnotation(thisHost, "true")
    node.json.set([["type": "Ready", "status": "True", "reason": "OrlopReady"]], "status", "conditions")
    return node
  }
}
