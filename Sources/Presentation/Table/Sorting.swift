// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Sorts objects by a field, as `--sort-by` does.
public enum Sorting {
  /// `objects` by the value at `path` (such as `.metadata.name`): sizes and numbers by their amount, texts by their bytes,
  /// objects without the field first. Equal ones stay in the order given.
  ///
  /// - Throws: ``PresentationError`` when the path can't be read or no object has such a field.
  public static func sorted(_ objects: [Resource], by path: String) throws(PresentationError) -> [Resource] {
    let expression = try JSONPath(relaxed: path)
    var keyed: [(key: JSONValue?, object: Resource)] = []
    for object in objects {
      keyed.append((try expression.values(in: .object(object.json)).first, object))
    }
    guard objects.isEmpty || keyed.contains(where: { $0.key != nil }) else {
      throw PresentationError(.sorting, "couldn't find any field with path \"\(path)\" in the list of objects")
    }
    return keyed.sorted { precedes($0.key, $1.key) }.map(\.object)
  }

  private static func precedes(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
    guard let right else { return false }
    guard let left else { return true }
    if case .string(let a) = left, case .string(let b) = right, let a = try? Quantity(a), let b = try? Quantity(b) {
      return a < b
    }
    return left.compared(with: right) == .before
  }
}
