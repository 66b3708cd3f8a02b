// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Inspection {
  /// A CSI source (rule V35).
  mutating func checkCSI(_ source: JSONObject, _ path: FieldPath, _ owner: SourceOwner) {
    checkDriverName(source.string("driver"), path.child("driver"))
    guard owner.isVolume else {
      guard let secret = source.object("nodePublishSecretRef") else { return }
      let name = secret.string("name")
      if name.isEmpty {
        add(.required(path.child("nodePublishSecretRef", "name")))
      } else {
        add(path.child("name"), name, NameRules.subdomain(name))
      }
      return
    }
    require("volumeHandle", of: source, path)
    for field in [
      "controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef",
    ] {
      guard let secret = source.object(field) else { continue }
      checkSecretReference(secret, path.child(field))
    }
  }

  private mutating func checkSecretReference(_ secret: JSONObject, _ path: FieldPath) {
    for (field, rule) in [("name", NameRules.subdomain), ("namespace", NameRules.label)] {
      let value = secret.string(field)
      if value.isEmpty {
        add(.required(path.child(field)))
      } else {
        add(path.child(field), value, rule(value))
      }
    }
  }

  /// The name of a CSI driver: a subdomain whatever the case, at most 63 bytes.
  mutating func checkDriverName(_ name: String, _ path: FieldPath) {
    if name.isEmpty { add(.required(path)) }
    if name.utf8.count > 63 { add(.tooLong(path, limit: 63)) }
    add(path, name, NameRules.subdomain(name.lowercased()))
  }

  /// An iSCSI source; `initiatorName` asks for short names, because a device's name is made of both.
  mutating func checkISCSI(_ source: JSONObject, _ path: FieldPath, _ owner: SourceOwner) {
    require("targetPortal", of: source, path)
    let initiator = source.optionalString("initiatorName")
    if initiator != nil { checkISCSILength(source.string("targetPortal"), path, owner) }
    let target = source.string("iqn")
    if target.isEmpty {
      add(.required(path.child("iqn")))
    } else if let problem = Self.problem(ofISCSIName: target, owner) {
      add(.invalid(path.child("iqn"), target, problem))
    }
    check("lun", of: source, isIn: 0...255, path, "must be between 0 and 255, inclusive")
    let authenticates = source.flag("chapAuthDiscovery") || source.flag("chapAuthSession")
    let secret = source.object("secretRef")
    if authenticates, secret == nil { add(.required(path.child("secretRef"))) }
    if owner.isVolume, let secret { require("name", of: secret, path.child("secretRef")) }
    if let initiator, let problem = Self.problem(ofISCSIName: initiator, owner) {
      add(.invalid(path.child("initiatorname"), initiator, problem))
    }
  }

  private mutating func checkISCSILength(_ portal: String, _ path: FieldPath, _ owner: SourceOwner) {
    let detail =
      "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified."
    switch owner {
    case .volume(let name) where (name + ":" + portal).utf8.count > 64:
      add(.invalid(path.child("targetportal"), portal, detail))
    case .pod(let name) where (name + ":" + portal).utf8.count > 64:
      add(.invalid(FieldPath(String(path.text.dropLast(".iscsi".count))).child("name"), name, detail))
    case .volume, .pod: break
    }
  }

  /// What is wrong with `name` as an iSCSI qualified name, an EUI-64 or an NAA name (RFC 7143, 4.2.7).
  private static func problem(ofISCSIName name: String, _ owner: SourceOwner) -> String? {
    func isWord(_ text: Substring, _ length: Int) -> Bool {
      text.utf8.count == length && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }
    let isValid: Bool
    switch name.prefix(3) {
    case "iqn": isValid = isISCSIQualifiedName(name)
    case "eui": isValid = isWord(name.dropFirst(4), 16)
    case "naa": isValid = isWord(name.dropFirst(4), 32)
    default: return "must be valid format" + (owner.isVolume ? "" : " starting with iqn, eui, or naa")
    }
    return isValid ? nil : "must be valid format"
  }

  /// Whether `name` is `iqn.YYYY-MM.domain:anything`.
  private static func isISCSIQualifiedName(_ name: String) -> Bool {
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty else { return false }
    guard !parts[1].contains(where: { $0.isWhitespace || ",;*&$|".contains($0) }) else { return false }
    let words = parts[0].split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count == 3, words[0] == "iqn", words[1].utf8.count == 7, !words[2].isEmpty else { return false }
    let isDate = words[1].enumerated().allSatisfy { $0 == 4 ? $1 == "-" : $1.isASCII && $1.isNumber }
    return isDate && words[2].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-.".contains($0)) }
  }
}
