// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import Foundation
import StorageAPI
import Testing

/// One entry of a table of Kubernetes' behaviour.
struct TableEntry: Sendable, CustomTestStringConvertible {
  let json: JSONObject
  var testDescription: String { json.string("id") }

  /// The entries in `section` of the table `name`.
  static func all(_ name: String, _ section: String) throws -> [TableEntry] {
    let url = try #require(Bundle.module.url(forResource: "Conformance/" + name, withExtension: "json"))
    let table = try JSONReader.read(String(contentsOf: url, encoding: .utf8))
    return try #require(table.object?.objects(section)).map(TableEntry.init)
  }
}

/// Objects before and after a simulation.
struct SimulatedWorld {
  static let start = Timestamp(seconds: 1_800_000_000)

  var objects: [Resource]
  var events: [Event] = []

  /// What becomes of `objects` when `provisioners` have storage behind them; a second run must change nothing.
  static func settled(_ objects: [Resource], provisioners: [String] = []) throws -> SimulatedWorld {
    let first = try run(objects, provisioners)
    let second = try run(first.objects, provisioners)
    #expect(second.objects == first.objects, "a settled world stays as it is")
    return first
  }

  private static func run(_ objects: [Resource], _ provisioners: [String]) throws -> SimulatedWorld {
    var simulation = Simulation(
      Simulation.Options(provisioners: Set(provisioners), now: start, newUID: RandomUID.make))
    let items = JSONValue.array(objects.map { .object($0.json) })
    try simulation.add(text: JSONWriter.compact(["apiVersion": "v1", "kind": "List", "items": items]))
    try simulation.run()
    return SimulatedWorld(objects: simulation.objects, events: simulation.events.map { Event(json: $0.json) })
  }

  /// The objects of one type, by name.
  func named<Object: KindedObject>(_ type: Object.Type = Object.self) -> [String: Object] {
    Dictionary(objects.compactMap { $0.typed(Object.self) }.map { ($0.name, $0) }) { $1 }
  }
}

extension JSONObject {
  /// The annotations whose keys begin with one of `prefixes`.
  func annotations(_ prefixes: String...) -> [String: String] {
    stringMap("metadata", "annotations").filter { entry in prefixes.contains { entry.key.hasPrefix($0) } }
  }

  /// The quantity at `path`, or nil.
  func quantity(_ path: String...) -> Quantity? { value(at: path[...])?.string.flatMap { try? Quantity($0) } }
}
