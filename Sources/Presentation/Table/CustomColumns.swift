// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// A table whose columns the user names, as `-o custom-columns=NAME:.metadata.name,CLASS:.spec.storageClassName`.
public struct CustomColumns: Sendable {
  private let headings: [String]
  private let paths: [JSONPath]

  /// The columns that `text` lists.
  ///
  /// - Throws: ``PresentationError`` when it isn't a list of `HEADING:path`, ``StorageAPI/JSONPathError`` for a wrong path.
  public init(_ text: String) throws {
    var headings: [String] = []
    var paths: [JSONPath] = []
    for column in text.split(separator: ",") {
      guard let colon = column.firstIndex(of: ":"), colon > column.startIndex else {
        throw PresentationError(
          .columns, "expected <heading>:<path> in custom columns, such as NAME:.metadata.name, found \"\(column)\"")
      }
      headings.append(String(column[..<colon]))
      paths.append(try JSONPath(path: String(column[column.index(after: colon)...])))
    }
    guard !headings.isEmpty else {
      throw PresentationError(
        .columns, "custom columns need at least one <heading>:<path>, such as NAME:.metadata.name")
    }
    self.headings = headings
    self.paths = paths
  }

  /// The table of `objects`; what an object doesn't have is `<none>`.
  ///
  /// - Throws: ``StorageAPI/JSONPathError`` when a path's index is out of bounds.
  public func text(_ objects: [Resource], showsHeadings: Bool = true) throws -> String {
    var table = Table(headings: headings)
    for object in objects {
      var row: [String] = []
      for path in paths {
        let values = try path.values(in: .object(object.json)).map(\.cellText)
        row.append(values.isEmpty ? "<none>" : values.joined(separator: ","))
      }
      table.append(row)
    }
    return table.text(showsHeadings: showsHeadings)
  }
}
