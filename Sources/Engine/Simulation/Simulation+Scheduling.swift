// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import StorageAPI

extension Simulation {
  /// Has pods scheduled and run from now on, and workloads make their pods, on one node: `name`, or the only Node among the
  /// objects, or `host` when there is none.
  ///
  /// - Throws: ``EngineError`` when there are several Nodes and `name` says not which.
  public mutating func schedule(on name: String?, orElse host: String) throws(EngineError) {
    let nodes = world.keys(of: .node).map(\.name)
    guard name != nil || nodes.count < 2 else {
      throw EngineError(
        .invalid,
        "pods are scheduled on one node, and there are \(nodes.count): name one with --node, such as \(nodes[0])")
    }
    let node = HostNode(name: name ?? nodes.first ?? host)
    follow(deciders + PodControllers.all(node: node, drivers: provisioners.union([WellKnown.orlop])))
  }
}
