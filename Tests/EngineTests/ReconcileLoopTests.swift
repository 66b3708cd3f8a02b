// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Controllers
import ObjectStore
import StorageAPI
import Synchronization
import Testing

@testable import Engine

@Suite struct ReconcileLoopTests {
  /// Makes every volume one byte large and notes what it is asked for.
  private final class Miser: EffectPerformer {
    let asked = Mutex<[String]>([])

    func perform(_ effect: Effect) async -> Outcome {
      switch effect {
      case .provision(let request):
        asked.withLock { $0.append("provision " + request.volumeName) }
        let source: JSONObject = ["driver": "orlop.io", "volumeHandle": .string(request.volumeName)]
        return .provisioned(ProvisionedVolume(bytes: 1, source: ["csi": .object(source)]))
      case .deleteBackend(let volume): asked.withLock { $0.append("delete " + volume.name) }
      case .recycle, .publish, .unpublish, .snapshot, .deleteSnapshot, .expand: break
      }
      return .done
    }
  }

  @Test("A volume that came out too small is deleted again, and no operation stays noted (P29)")
  func tooSmall() async throws {
    let ledger = try Ledger.inMemory()
    let miser = Miser()
    let now = Timestamp(seconds: 1_800_000_000)
    let deciders = VolumeControllers.all(ControllerSettings(servedProvisioners: ["orlop.io"], driver: "orlop.io"))
    let loop = try ReconcileLoop(ledger: ledger, deciders: deciders, performer: miser, clock: { now })
    try await loop.write { transaction in
      try transaction.create(Resource(Bootstrap.namespace("default")))
      for manifest in try ManifestReader.read(Sample.storageClass + "\n---\n" + Sample.claim) {
        var object = manifest.resource
        if object.kind?.isNamespaced == true { object.metadata.namespace = "default" }
        _ = try Registry(transaction: transaction).create(object)
      }
    }
    try await loop.settle()
    let asked = miser.asked.withLock { $0 }
    #expect(asked.first?.hasPrefix("provision pvc-") == true)
    #expect(asked.count { $0.hasPrefix("provision") } == asked.count { $0.hasPrefix("delete") })
    #expect(asked.last?.hasPrefix("delete pvc-") == true)
    #expect(try ledger.read { try $0.operations() }.isEmpty)
    #expect(try ledger.read { try $0.list(PersistentVolume.self) }.isEmpty)
  }
}
