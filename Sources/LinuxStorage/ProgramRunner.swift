// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import Subprocess
public import SystemPackage

/// Runs the few programs that no system call replaces: mkfs, e2fsck, resize2fs and their like.
///
/// By argument vector, never through a shell; with an environment of PATH and LC_ALL alone, no standard input, and no descriptor of
/// ours. Not for anything that is done once per mount: a fork costs more than the mount.
public struct ProgramRunner: Sendable {
  /// Where programs are looked for, in this order.
  public let searchPath: [FilePath]
  /// How long a program may take; then its whole session is ended.
  public let timeout: Duration

  /// What is more than this is an error: nothing that we run has so much to say.
  static let outputLimit = 1 << 20

  /// A runner of the programs of the system.
  public init(
    searchPath: [FilePath] = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"], timeout: Duration = .seconds(600)
  ) {
    self.searchPath = searchPath
    self.timeout = timeout
  }

  /// Runs `program` with `arguments` to its end. A failing exit status is no error here: it is in the result.
  ///
  /// `notFound` names the missing program and the Debian package that has it; `failed` when it took too long or said too much.
  ///
  /// `holding` becomes its standard input: a lock on that file lasts as long as the program runs, even when we die before it.
  public func run(
    _ program: String, _ arguments: [String], holding file: SparseFile? = nil
  ) async throws(HostError) -> ProgramResult {
    let path = try find(program)
    do {
      return try await withThrowingTaskGroup(of: ProgramResult.self) { group in
        group.addTask { try await Self.run(path, arguments, holding: file) }
        group.addTask { [timeout] in
          try await Task.sleep(for: timeout)
          throw HostError(.failed, "\(program) was ended, for it did not come to an end within \(timeout)")
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
      }
    } catch let error as HostError {
      throw error
    } catch {
      throw HostError(.failed, "cannot run \(path): \(error)")
    }
  }

  /// Runs `program` and insists on one of the exit statuses `accepted`; else `failed` with what the program said.
  @discardableResult
  public func require(
    _ program: String, _ arguments: [String], accepting accepted: Set<Int32> = [0], holding file: SparseFile? = nil
  ) async throws(HostError) -> ProgramResult {
    let result = try await run(program, arguments, holding: file)
    guard accepted.contains(result.status) else {
      throw HostError(.failed, "\(program) failed with status \(result.status): \(result.complaint)")
    }
    return result
  }

  /// The path of `program`; `notFound` with the remedy when it is not installed.
  public func find(_ program: String) throws(HostError) -> FilePath {
    for directory in searchPath {
      let path = directory.appending(program)
      if access(path.string, X_OK) == 0 { return path }
    }
    let remedy = Self.debianPackage(of: program).map { "; install the package \($0)" } ?? ""
    throw HostError(.notFound, "the program \(program) is not installed\(remedy)")
  }

  private static func run(
    _ path: FilePath, _ arguments: [String], holding file: SparseFile?
  ) async throws -> ProgramResult {
    var options = PlatformOptions()
    options.createSession = true
    options.teardownSequence = [
      .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .milliseconds(500))
    ]
    let configuration = Configuration(
      executable: .path(path), arguments: Arguments(arguments),
      environment: .custom(["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"]), platformOptions: options)
    guard let file else {
      let result = try await Subprocess.run(
        configuration, input: .none, output: .string(limit: outputLimit), error: .string(limit: outputLimit))
      return ProgramResult(
        status: status(of: result.terminationStatus), output: result.standardOutput, errors: result.standardError)
    }
    defer { withExtendedLifetime(file) {} }
    let result = try await Subprocess.run(
      configuration, input: .fileDescriptor(file.descriptor, closeAfterSpawningProcess: false),
      output: .string(limit: outputLimit), error: .string(limit: outputLimit))
    return ProgramResult(
      status: status(of: result.terminationStatus), output: result.standardOutput, errors: result.standardError)
  }

  private static func status(of termination: TerminationStatus) -> Int32 {
    switch termination {
    case .exited(let code): code
    case .signaled(let signal): 128 + signal
    }
  }

  private static func debianPackage(of program: String) -> String? {
    switch program {
    case "mkfs.ext2", "mkfs.ext3", "mkfs.ext4", "mke2fs", "e2fsck", "resize2fs", "tune2fs", "dumpe2fs", "debugfs":
      "e2fsprogs"
    case "mkfs.xfs", "xfs_admin", "xfs_repair", "xfs_growfs", "xfs_io": "xfsprogs"
    case "mkfs.btrfs", "btrfs", "btrfstune": "btrfs-progs"
    case "exportfs": "nfs-kernel-server"
    case "mount.nfs", "mount.nfs4": "nfs-common"
    default: nil
    }
  }
}

/// How a program ended.
public struct ProgramResult: Sendable, Hashable {
  /// Its exit status; 128 and the signal's number when a signal ended it.
  public let status: Int32
  /// What it wrote to its standard output.
  public let output: String
  /// What it wrote to its standard error.
  public let errors: String

  /// The last words of its errors, or of its output when there are none, on one line.
  public var complaint: String {
    let text = errors.contains { !$0.isWhitespace } ? errors : output
    let lines = text.split(whereSeparator: \.isNewline).suffix(3)
    return lines.isEmpty ? "it said nothing" : lines.joined(separator: "; ")
  }
}
