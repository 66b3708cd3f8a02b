// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import LinuxStorage
import StorageAPI

#if canImport(Glibc)
  import Glibc
#endif

/// Where this host's objects and volumes are: the options of every verb that touches them.
struct HostOptions: ParsableArguments {
  @Option(help: "The directory of the store, the pools and the mounts; also ORLOP_STATE. (default: /var/lib/orlop)")
  var state: String?

  @Option(help: "The directory of sockets; also ORLOP_RUN. (default: /run/orlop)")
  var run: String?

  @Option(help: "A configuration file; also ORLOP_CONFIG. (default: /etc/orlop/config.yaml if it is there)")
  var config: String?

  /// The settings: built in, then of the file, then of the environment, then of the command line.
  func settings() throws -> Settings {
    var settings = Settings()
    if let file = configuration() {
      for document in try Self.documents(of: file) { try settings.merge(document.object, from: file) }
    }
    settings.state = try Self.absolute(state ?? Self.variable("ORLOP_STATE") ?? settings.state, "--state")
    settings.run = try Self.absolute(run ?? Self.variable("ORLOP_RUN") ?? settings.run, "--run")
    return settings
  }

  /// The configuration file: the one that was named, or the host's own if it is there.
  private func configuration() -> String? {
    if let named = config ?? Self.variable("ORLOP_CONFIG") { return named }
    let standard = "/etc/orlop/config.yaml"
    return access(standard, F_OK) == 0 ? standard : nil
  }

  private static func documents(of file: String) throws -> [Manifest] {
    do {
      return try ManifestReader.readUnchecked(try InputFile.read(file))
    } catch let error as StatusError {
      throw EngineError(.invalid, "\(file): \(error)")
    }
  }

  /// The client that the verb speaks to. Changing volumes takes root, and seeing them too: their directory is root's alone.
  func client() throws -> LocalClient {
    guard geteuid() == 0 else {
      throw EngineError(.notRoot, "orlop works on this host's volumes and needs root: run it with sudo")
    }
    let report = ProgressReport()
    return LocalClient(
      settings: try settings(), host: LinuxHost(), clock: Clock.now, progress: { report.tell($0) })
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func absolute(_ path: String, _ option: String) throws -> String {
    guard !path.isEmpty, !path.contains("\0") else { throw ValidationError("\(option) must name a directory") }
    if path.hasPrefix("/") { return path }
    guard let here = getcwd(nil, 0) else { throw ValidationError("\(option) must be an absolute path here") }
    defer { free(here) }
    return String(cString: here) + "/" + path
  }
}

/// Which namespace a verb speaks of.
struct NamespaceOption: ParsableArguments {
  @Option(name: .shortAndLong, help: "The namespace of objects that do not say theirs.")
  var namespace = "default"
}

/// The time by this host's clock.
enum Clock {
  static func now() -> Timestamp {
    var moment = timespec()
    clock_gettime(CLOCK_REALTIME, &moment)
    return Timestamp(seconds: Int64(moment.tv_sec))
  }
}
