// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Sorts objects by a field, as `--sort-by` does.
public enum Sorting {
  /// `objects` by the value at `path` (such as `.metadata.name`): sizes and numbers by their amount, texts by their bytes,
  /// objects without the field first. Equal ones stay in the order given.
  ///
  /// - Throws: ``StorageAPI/JSONPathError`` when the path can't be read, ``PresentationError`` when no object has the field.
  public static func sorted(_ objects: [Resource], by path: String) throws -> [Resource] {
    let expression = try JSONPath(path: path)
    let sorted = try expression.sorted(objects.map(\.json))
    // Objects without the field come first, so the last one has it if any has.
    if let last = sorted.last, try expression.values(in: .object(last)).isEmpty {
      throw PresentationError(.sorting, "couldn't find any field with path \"\(path)\" in the list of objects")
    }
    return sorted.map(Resource.init(json:))
  }
}
