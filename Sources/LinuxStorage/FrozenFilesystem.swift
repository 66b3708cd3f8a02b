// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Synchronization

/// A filesystem that is frozen: whoever writes to it waits. It thaws with ``thaw()``, with the end of this object, with the end of
/// this process, or when its time is over, whatever comes first.
public final class FrozenFilesystem: Sendable {
  private let release: @Sendable () -> Result<Void, HostError>
  private let isThawed = Mutex(false)

  /// What `release` thaws.
  init(release: @escaping @Sendable () -> Result<Void, HostError>) { self.release = release }

  deinit { try? thaw() }

  /// Thaws it; nothing when that was done before. Throws `failed` when it has not been frozen all the time: then what was copied of
  /// it meanwhile is worth nothing.
  public func thaw() throws(HostError) {
    let isFirst = isThawed.withLock { isThawed in
      defer { isThawed = true }
      return !isThawed
    }
    if isFirst { try release().get() }
  }
}
