// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The parameters of a class, by their canonical keys. Keys are compared without regard to case; values are not.
struct ParameterTable {
  /// The parameters that Orlop knows.
  enum Key: String, CaseIterable {
    case storage
    case fsType = "fstype"
    case csiFSType = "csi.storage.k8s.io/fstype"
    case diskFormat = "diskformat"
    case pool, enforcement, inodes, uid, gid, mode

    /// How the documentation spells it.
    var spelling: String { self == .fsType ? "fsType" : rawValue }
  }

  private var values: [Key: String] = [:]
  /// The keys, as given, that were left out of account.
  private(set) var ignored: [String] = []

  /// Sorts `parameters` by key; those of `ignoring` (in any case) are left out of account.
  init(_ parameters: [String: String], ignoring: [String]) throws(VolumeError) {
    let foreign = Set(ignoring.map { $0.lowercased() })
    for (given, value) in parameters.sorted(by: { $0.key < $1.key }) {
      let folded = given.lowercased()
      guard let key = Key(rawValue: folded) else {
        guard !foreign.contains(folded) else {
          ignored.append(given)
          continue
        }
        throw VolumeError(.invalid, "unknown parameter \(NameRule.quoted(given)); \(Self.hint(for: folded))")
      }
      guard values.updateValue(value, forKey: key) == nil else {
        throw VolumeError(.invalid, "parameter \(key.spelling) is given twice, in different case")
      }
    }
    if let csi = values.removeValue(forKey: .csiFSType) {
      guard values.updateValue(csi, forKey: .fsType) == nil else {
        throw VolumeError(
          .invalid, "parameters fsType and csi.storage.k8s.io/fstype say the same thing; give one of them")
      }
    }
  }

  /// Takes from `defaults` what is not set here.
  mutating func fill(from defaults: ParameterTable) {
    values.merge(defaults.values) { mine, _ in mine }
  }

  /// Adds the filesystem that was asked for outside of the parameters; it must not contradict them.
  mutating func add(filesystemType: String?) throws(VolumeError) {
    guard let filesystemType, !filesystemType.isEmpty else { return }
    if let mine = values[.fsType], mine != filesystemType {
      throw VolumeError(
        .invalid,
        "the filesystem is asked for as \(NameRule.quoted(filesystemType)) and, by parameter fsType, as \(NameRule.quoted(mine))"
      )
    }
    values[.fsType] = filesystemType
  }

  /// The value of `key` as one of the cases of `Choice`.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: Key, default preset: Choice
  ) throws(VolumeError) -> Choice where Choice.RawValue == String {
    guard let text = values[key] else { return preset }
    if let choice = Choice(rawValue: text.lowercased()) { return choice }
    let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    throw VolumeError(.invalid, "parameter \(key.spelling) is \(NameRule.quoted(text)); it must be one of \(known)")
  }

  /// The value of `key` as a pool's name.
  func name(_ key: Key, default preset: String) throws(VolumeError) -> String {
    let text = values[key] ?? preset
    try NameRule.check(text, of: "pool name", limit: 63)
    return text
  }

  /// The value of `key` as a user's or group's number.
  func number(_ key: Key) throws(VolumeError) -> UInt32 {
    guard let text = values[key] else { return 0 }
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt32(text), number < UInt32.max else {
      throw VolumeError(
        .invalid, "parameter \(key.spelling) is \(NameRule.quoted(text)); it must be a number from 0 to 4294967294")
    }
    return number
  }

  /// The value of `key` as a number of things, at least one; nil when it is not set.
  func count(_ key: Key) throws(VolumeError) -> Int64? {
    guard let text = values[key] else { return nil }
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int64(text), number > 0,
      number < Int64(UInt32.max)
    else {
      throw VolumeError(
        .invalid, "parameter \(key.spelling) is \(NameRule.quoted(text)); it must be a number from 1 to 4294967294")
    }
    return number
  }

  /// The value of `key` as octal permission bits.
  func mode(_ key: Key, default preset: UInt32) throws(VolumeError) -> UInt32 {
    guard let text = values[key] else { return preset }
    guard (3...4).contains(text.utf8.count), text.utf8.allSatisfy({ (48...55).contains($0) }),
      let mode = UInt32(text, radix: 8), mode & 0o4000 == 0
    else {
      throw VolumeError(
        .invalid, "parameter \(key.spelling) is \(NameRule.quoted(text)); it must be an octal mode such as 0755 or 2770"
      )
    }
    return mode
  }

  /// A parameter that has no meaning for `storage` is an error, not a wish that nobody hears.
  func refuseWhatDoesNotApply(to storage: StorageKind) throws(VolumeError) {
    let foreign: [Key] =
      switch storage {
      case .image: [.inodes]
      case .directory: [.diskFormat]
      }
    if let key = foreign.first(where: { values[$0] != nil }) {
      throw VolumeError(
        .invalid, "parameter \(key.spelling) has no meaning for storage \(storage.rawValue); leave it out")
    }
    if values[.inodes] != nil, values[.enforcement]?.lowercased() == Enforcement.none.rawValue {
      throw VolumeError(
        .invalid,
        "parameter inodes has no meaning with enforcement none, where nothing is limited; leave one of them out")
    }
    if storage == .image, values[.enforcement]?.lowercased() == Enforcement.none.rawValue {
      throw VolumeError(
        .invalid, "parameter enforcement none has no meaning for storage image: an image is always limited")
    }
  }

  private static func hint(for given: String) -> String {
    let spellings = Key.allCases.map(\.spelling)
    let nearest = spellings.min { distance(given, $0.lowercased()) < distance(given, $1.lowercased()) } ?? ""
    return "the nearest known one is \(nearest) (known are \(spellings.joined(separator: ", ")))"
  }

  /// How many letters must be added, removed or replaced to turn `left` into `right` (Levenshtein).
  private static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right.utf8)
    var row = Array(0...right.count)
    for (i, letter) in left.utf8.prefix(256).enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let substituted = diagonal + (letter == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j + 1] + 1, row[j] + 1)
      }
    }
    return row[right.count]
  }
}
