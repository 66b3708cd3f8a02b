// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import Synchronization
public import SystemPackage

/// A host whose mounts and loop devices are two tables in memory, which tests can read and break.
///
/// It behaves as the kernel does where Volumes could notice: a file may be attached twice, a mount with another beneath it is
/// busy, an autoclear device goes with its last mount, and the tables of a crashed process stay. What it cannot do is show a
/// volume's content at its mount point: files are real, mounts are not. Not for measuring anything.
public final class FakeHost: StorageHost {
  /// The functions of ``StorageHost`` that can be made to fail.
  public enum Operation: String, Sendable, Hashable, CaseIterable {
    case attachLoop, detachLoop, attachedLoops, findLoop, isIdle, signature, usage, mount, bind, unmount, mounts,
      mountAt, holders, otherNamespaces, rereadSize, growFilesystem, growUnmounted, freeze, thaw, replayLog,
      quotaSupport, quota, setQuota, dropQuota, makeDirectory, removeDirectory
  }

  struct State {
    var mounts: [MountEntry] = []
    var loops: [LoopDevice] = [] {
      didSet { images = images.filter { number, _ in loops.contains { $0.number == number } } }
    }
    /// The backing files, kept open as the kernel keeps them, and with them the locks on them.
    var images: [DeviceNumber: PathHandle] = [:]
    var holders: [MountTarget: [MountHolder]] = [:]
    var usage: [FilePath: FilesystemUsage] = [:]
    var usedNodes: Set<FilePath> = []
    var frozen: Set<DeviceNumber> = []
    var quotaSupport = QuotaSupport.nothing("the fake host has no quotas")
    var limits: [UInt32: QuotaLimit] = [:]
    var counted: [FileIdentity: UInt32] = [:]
    var failures: [Failure] = []
    var calls: [Operation: Int] = [:]
    var nextDevice: UInt32 = 0
    var maximumLoops = 1000
  }

  struct Failure {
    let operation: Operation
    let call: Int
    let error: HostError
    let afterEffect: Bool
  }

  let state = Mutex(State())

  /// A host with nothing mounted.
  public init() {}

  // MARK: What tests read

  /// The mount table, oldest first.
  public var mountTable: [MountEntry] { state.withLock { $0.mounts } }

  /// The loop table, by device number.
  public var loopTable: [LoopDevice] { state.withLock { $0.loops.sorted { $0.number.minor < $1.number.minor } } }

  /// How often `operation` was called.
  public func calls(of operation: Operation) -> Int { state.withLock { $0.calls[operation, default: 0] } }

  // MARK: What tests break

  /// Makes the `call`th call of `operation` from now (1 is the next) fail with `error`; when `afterEffect`, it does its work first.
  public func fail(_ operation: Operation, onCall call: Int = 1, with error: HostError, afterEffect: Bool = false) {
    state.withLock { state in
      let at = state.calls[operation, default: 0] + call
      state.failures.append(Failure(operation: operation, call: at, error: error, afterEffect: afterEffect))
    }
  }

  /// Lets `holders` keep `target` busy: unmounting is refused, and a device is not idle. An empty list lets go.
  public func hold(_ target: MountTarget, by holders: [MountHolder]) {
    state.withLock { state in
      state.holders[target] = holders.isEmpty ? nil : holders
      Self.clearUnused(&state)
    }
  }

  /// Makes ``usage(at:)`` answer `usage` for `path` and what is beneath it, instead of asking the real filesystem.
  public func setUsage(_ usage: FilesystemUsage?, at path: FilePath) { state.withLock { $0.usage[path] = usage } }

  /// Permits no more than `count` attached loop devices.
  public func limitLoops(to count: Int) { state.withLock { $0.maximumLoops = count } }

  /// Takes away what the kernel takes from a process that dies: autoclear devices that it never mounted.
  public func crash() {
    state.withLock { state in
      state.loops = state.loops.filter { [state] in !$0.options.autoclear || Self.isUsed($0, state) }
    }
  }

  /// Forgets every mount and loop device, as a reboot does.
  public func reboot() {
    state.withLock { state in
      state.mounts = []
      state.loops = []
      state.holders = [:]
      state.usedNodes = []
      state.frozen = []
    }
  }

  /// Adds a mount that Orlop did not make.
  public func addForeignMount(_ entry: MountEntry) { state.withLock { $0.mounts.append(entry) } }

  // MARK: Underneath

  /// Counts a call of `operation`, fails it if a test wants that, and changes the tables with `body`.
  func perform<Result>(
    _ operation: Operation, _ body: (inout State) throws(HostError) -> Result
  ) throws(HostError) -> Result {
    let outcome: Swift.Result<Result, HostError> = state.withLock { state in
      let count = state.calls[operation, default: 0] + 1
      state.calls[operation] = count
      let failure = state.failures.first { $0.operation == operation && $0.call == count }
      if let failure, !failure.afterEffect { return .failure(failure.error) }
      do throws(HostError) {
        let result = try body(&state)
        if let failure { return .failure(failure.error) }
        return .success(result)
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  /// Takes away the autoclear devices that had a user and have none any more.
  static func clearUnused(_ state: inout State) {
    state.loops = state.loops.filter { [state] loop in
      !loop.options.autoclear || !state.usedNodes.contains(loop.path) || isUsed(loop, state)
    }
    state.usedNodes.formIntersection(state.loops.map(\.path))
  }

  static func isUsed(_ loop: LoopDevice, _ state: State) -> Bool {
    state.mounts.contains { $0.device == loop.number } || state.holders[.device(loop.number)] != nil
  }
}
