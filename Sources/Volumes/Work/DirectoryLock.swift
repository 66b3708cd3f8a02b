// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Glibc
internal import LinuxStorage

/// The lock on a directory that can vanish: flock(2) on the directory itself, which follows it when it is renamed.
///
/// It orders the work of several processes on one volume or sandbox; within one process the turns do that.
enum DirectoryLock {
  /// Waits, at most half a minute, for the lock on the directory `name` of `parent`; held as long as the result lives.
  ///
  /// Throws ``VolumeError/Code/notFound`` when the directory is not there, or not any more.
  static func acquire(_ name: String, in parent: Directory, of subject: String) throws(VolumeError) -> Directory {
    let held = try attempt(subject) { () throws(HostError) in try parent.directory(name) }
    var attempts = 0
    while try attempt(subject, { () throws(HostError) in try !held.tryLock(.exclusive) }) {
      guard attempts < 1100 else {
        throw VolumeError(
          .inUse, "\(subject): another orlop process has worked on it for half a minute; see what it does")
      }
      // Most locks are held for a millisecond or two.
      usleep(attempts < 100 ? 500 : 30_000)
      attempts += 1
    }
    let isStillThere = try attempt(subject) { () throws(HostError) in
      try parent.metadata(of: name)?.identity == held.identity()
    }
    guard isStillThere else { throw VolumeError(.notFound, "\(subject) was removed meanwhile") }
    return held
  }
}
