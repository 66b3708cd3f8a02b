// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension StorageHost {
  /// ``attachLoop(image:at:options:)`` of an image that stays open during the call. Prefer this one: a bare descriptor is closed as soon as
  /// nobody holds its owner.
  public func attachLoop(_ image: SparseFile, options: LoopOptions = LoopOptions()) throws(HostError) -> LoopDevice {
    defer { withExtendedLifetime(image) {} }
    return try attachLoop(image: image.descriptor, at: image.path, options: options)
  }

  /// ``bind(_:to:options:)`` of files that stay open during the call. Prefer this one: a bare descriptor is closed as soon as nobody
  /// holds its owner.
  public func bind(
    _ source: some OpenFile, to target: some OpenFile, options: MountOptions = MountOptions()
  ) throws(HostError) {
    defer { withExtendedLifetime((source, target)) {} }
    do {
      try bind(source.descriptor, to: target.descriptor, options: options)
    } catch {
      throw HostError(error.code, "cannot bind \(source.path) to \(target.path): \(error.message)", errno: error.errno)
    }
  }
}
