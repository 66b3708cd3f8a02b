// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import StorageAPI
internal import Volumes

/// Why something waits or cannot go: what `describe` says beyond kubectl.
struct Explanation {
  let objects: [Resource]
  let lifecycle: VolumeLifecycle

  /// The reasons about the object `key`, one line each; none when there is nothing to explain.
  func lines(about key: ObjectKey) async throws -> [String] { [] }
}
