// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

@Suite struct NamespaceEmptierTests {
  private static let key = ObjectKey(.namespace, name: "default")

  private static func namespace(isTerminating: Bool) -> Resource {
    var namespace = Namespace(name: "default")
    namespace.addFinalizer(WellKnown.namespaceContents)
    if isTerminating { namespace.metadata.deletionTimestamp = PodWorld.now }
    return Resource(namespace)
  }

  private static func steps(_ objects: [Resource]) -> [Step] {
    NamespaceEmptier().decide(key, in: PodWorld.of(objects), at: PodWorld.now).steps
  }

  @Test("A namespace that stays keeps what is in it (T2)")
  func stays() {
    #expect(Self.steps([Self.namespace(isTerminating: false), Resource(PodWorld.claim())]).isEmpty)
  }

  @Test("A namespace on its way out has its contents deleted, pods before claims (T2)")
  func contents() {
    let pod = Resource(PodWorld.pod(volumes: []))
    let claim = Resource(PodWorld.claim())
    let deleted = Self.steps([Self.namespace(isTerminating: true), claim, pod]).map { step -> String in
      if case .delete(let key, _) = step { key.description } else { "\(step)" }
    }
    #expect(deleted == ["pod/default/web", "persistentvolumeclaim/default/data"])
  }

  @Test("An empty namespace on its way out loses its finalizer (T2)")
  func empty() throws {
    let step = try #require(Self.steps([Self.namespace(isTerminating: true)]).first)
    guard case .update(let object) = step else { throw NotAnUpdate() }
    #expect(!object.hasFinalizer(WellKnown.namespaceContents))
  }

  private struct NotAnUpdate: Error {}
}
