// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// One column of a kind's table: its heading and how a cell is read from an object.
///
/// The heading's fields are those of a column definition in the API's `Table` output.
public struct TableColumn: Sendable {
  /// What a cell may hold.
  public enum CellType: String, Sendable { case string, integer, boolean }

  /// The heading, such as `Access Modes`; shown in capitals.
  public let name: String
  /// The type of the cells.
  public let type: CellType
  /// A hint about the content: `name` for the column that names the object, else "".
  public let format: String
  /// 0 for columns that are always shown, 1 for those of `-o wide`.
  public let priority: Int
  /// The cell of an object, as of a moment.
  public let cell: @Sendable (JSONObject, Timestamp) -> JSONValue

  /// The column `name` whose cells are those that `cell` gives.
  public init(
    _ name: String, type: CellType = .string, format: String = "", isWide: Bool = false,
    cell: @escaping @Sendable (JSONObject, Timestamp) -> JSONValue
  ) {
    self.name = name
    self.type = type
    self.format = format
    self.priority = isWide ? 1 : 0
    self.cell = cell
  }
}

extension TableColumn {
  /// A column of texts that do not depend on the time.
  static func text(
    _ name: String, isWide: Bool = false, _ cell: @escaping @Sendable (JSONObject) -> String
  ) -> TableColumn {
    TableColumn(name, isWide: isWide) { json, _ in .string(cell(json)) }
  }

  /// The object's name.
  static let name = TableColumn("Name", format: "name") { json, _ in .string(json.string("metadata", "name")) }

  /// How long ago the object was created.
  static let age = TableColumn("Age") { json, now in
    .string(Age.since(Timestamp(json.string("metadata", "creationTimestamp")), now: now))
  }
}

extension JSONValue {
  /// The value as a cell of a table shows it.
  var cellText: String {
    switch self {
    case .string(let text): Escape.cell(text)
    case .number(let digits): digits
    case .bool(let value): value ? "true" : "false"
    case .null: ""
    case .array, .object: JSONWriter.compact(self)
    }
  }
}
