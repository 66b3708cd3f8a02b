// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Synchronization

/// What the contents of small files mean that were read last, so that a file that did not change is not decoded again.
///
/// The file itself is still read each time: what is remembered counts for exactly these bytes.
final class ContentCache<Value: Sendable>: Sendable {
  private struct Memory {
    var values: [[UInt8]: Value] = [:]
    var order: [[UInt8]] = []
  }

  private let memory = Mutex(Memory())
  private let size: Int

  /// A cache of at most `size` contents.
  init(size: Int) { self.size = size }

  /// What `bytes` mean: as remembered, or as `decode` says now. An error is not remembered.
  func value(of bytes: [UInt8], _ decode: () throws(VolumeError) -> Value) throws(VolumeError) -> Value {
    if let known = memory.withLock({ $0.values[bytes] }) { return known }
    let value = try decode()
    memory.withLock { memory in
      guard memory.values.updateValue(value, forKey: bytes) == nil else { return }
      memory.order.append(bytes)
      if memory.order.count > size { memory.values[memory.order.removeFirst()] = nil }
    }
    return value
  }
}
