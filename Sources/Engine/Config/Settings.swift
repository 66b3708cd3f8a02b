// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

#if canImport(Glibc)
  import Glibc
#endif

/// Where Orlop keeps its things on this host and what it answers to.
public struct Settings: Sendable, Hashable {
  /// The directory of the store, the pools, the mounts and the pods.
  public var state: String
  /// The directory of sockets.
  public var run: String
  /// The directory of the pools, one subdirectory each; nil for `pools` in the state directory.
  public var pools: String?
  /// The foreign provisioner names that Orlop answers to.
  public var aliases: [ProvisionerAlias]
  /// The node's name; "" for the host's.
  public var node: String

  /// The settings without a configuration file.
  public init(
    state: String = "/var/lib/orlop", run: String = "/run/orlop", pools: String? = nil,
    aliases: [ProvisionerAlias] = ProvisionerAlias.shipped, node: String = ""
  ) {
    self.state = state
    self.run = run
    self.pools = pools
    self.aliases = aliases
    self.node = node
  }

  /// The alias that the class's provisioner is, or nil when it is none.
  public func alias(named provisioner: String) -> ProvisionerAlias? { aliases.first { $0.name == provisioner } }

  /// Every provisioner name that this host serves.
  public var servedProvisioners: [String] { [WellKnown.orlop] + aliases.map(\.name) }

  /// The node's name: the configured one, else the host's name in lower case.
  public var nodeName: String {
    guard node.isEmpty else { return node }
    var name = utsname()
    guard uname(&name) == 0 else { return "localhost" }
    let text = withUnsafeBytes(of: name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return text.isEmpty ? "localhost" : text.lowercased()
  }
}

extension Settings {
  /// Takes over what the configuration document `json` says.
  ///
  /// - Throws: ``EngineError`` that names an unknown or malformed key.
  public mutating func merge(_ json: JSONObject, from file: String) throws(EngineError) {
    for member in json.members {
      switch (member.key, member.value) {
      case ("state", .string(let value)): state = value
      case ("run", .string(let value)): run = value
      case ("node", .string(let value)): node = value
      case ("pools", .string(let value)): pools = value
      case ("aliases", .object(let entries)): aliases = try Self.aliases(entries, over: aliases, file)
      case ("state", _), ("run", _), ("node", _), ("pools", _):
        throw EngineError(.invalid, "\(file): \(member.key) must be a text")
      case ("aliases", _):
        throw EngineError(.invalid, "\(file): aliases must map provisioner names to {parameters, ignore}")
      default:
        throw EngineError(
          .invalid, "\(file): unknown key \"\(member.key)\"; known are aliases, node, pools, run and state")
      }
    }
  }

  private static func aliases(
    _ entries: JSONObject, over shipped: [ProvisionerAlias], _ file: String
  ) throws(EngineError) -> [ProvisionerAlias] {
    var aliases = shipped
    for entry in entries.members {
      guard let object = entry.value.object, object.keys.allSatisfy(["parameters", "ignore"].contains) else {
        throw EngineError(.invalid, "\(file): alias \"\(entry.key)\" takes parameters and ignore, and nothing else")
      }
      aliases.removeAll { $0.name == entry.key }
      aliases.append(
        ProvisionerAlias(
          name: entry.key, parameters: object.stringMap("parameters"),
          ignored: Set(object.strings("ignore").map { $0.lowercased() })))
    }
    return aliases
  }
}
