// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import StorageAPI

@testable import ObjectStore

/// A directory of its own for one test, removed with this value.
final class Scratch {
  let path = NSTemporaryDirectory() + "orlop-ledger-" + UUID().uuidString
  var database: String { path + "/orlop.db" }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func open(_ mode: Ledger.Mode = .readWrite) throws -> Ledger {
    try Ledger.open(at: path, mode: mode, lockTimeout: .milliseconds(50))
  }

  func bytes(_ name: String = "orlop.db") throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
  }

  func write(_ bytes: Data, _ name: String = "orlop.db") throws {
    try bytes.write(to: URL(fileURLWithPath: path + "/" + name))
  }
}

let noon = Timestamp(seconds: 1_800_000_000)

func claim(_ name: String, namespace: String = "default", request: String = "1Gi") -> Resource {
  var claim = PersistentVolumeClaim(name: name, namespace: namespace)
  claim.json.set(.string(request), "spec", "resources", "requests", "storage")
  return Resource(claim)
}

func claimKey(_ name: String, namespace: String = "default") -> ObjectKey {
  ObjectKey(.persistentVolumeClaim, namespace: namespace, name: name)
}

/// The code of the error that `body` throws, or nil.
func code(_ body: () throws -> Void) -> LedgerError.Code? {
  do { try body() } catch { return (error as? LedgerError)?.code }
  return nil
}

/// The message of the error that `body` throws, or "".
func message(_ body: () throws -> Void) -> String {
  do { try body() } catch { return "\(error)" }
  return ""
}
