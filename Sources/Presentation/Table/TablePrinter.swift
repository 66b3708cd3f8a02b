// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Prints objects of one kind as a table, as `kubectl get` does.
public struct TablePrinter: Sendable {
  /// What is shown beside a kind's usual columns.
  public struct Options: Sendable, Hashable {
    /// Whether the columns of `-o wide` are shown.
    public var isWide = false
    /// Whether the headings are shown.
    public var showsHeadings = true
    /// Whether namespaced kinds begin with a column NAMESPACE.
    public var showsNamespace = false
    /// Whether names are written as `kind/name`: for output that mixes kinds.
    public var showsKind = false
    /// Whether the last column has all labels.
    public var showsLabels = false

    /// The usual columns under headings.
    public init() {}
  }

  private let kind: Kind
  private let columns: [TableColumn]
  private let options: Options
  private var previous: Table?

  /// A printer of objects of `kind`.
  public init(_ kind: Kind, options: Options = Options()) {
    self.kind = kind
    self.options = options
    columns = TableColumns.of(kind).filter { options.isWide || $0.priority == 0 }
  }

  /// The table of `objects` with their ages at `now`.
  ///
  /// Further calls continue the table: without headings, and with columns at least as wide, so that the rows of a watch
  /// stand under each other.
  public mutating func print(_ objects: [Resource], now: Timestamp) -> String {
    var table = Table(headings: headings)
    for object in objects { table.append(row(object.json, now: now)) }
    let continues = previous != nil
    if let previous { table.align(with: previous) }
    previous = table
    return table.text(showsHeadings: options.showsHeadings && !continues)
  }

  private var showsNamespace: Bool { options.showsNamespace && kind.isNamespaced }

  private var headings: [String] {
    var headings = columns.map { $0.name.uppercased() }
    if showsNamespace { headings.insert("NAMESPACE", at: 0) }
    if options.showsLabels { headings.append("LABELS") }
    return headings
  }

  private func row(_ json: JSONObject, now: Timestamp) -> [String] {
    var cells: [String] = []
    cells.reserveCapacity(columns.count + 2)
    if showsNamespace { cells.append(Escape.cell(json.string("metadata", "namespace"))) }
    for column in columns {
      let text = column.cell(json, now).cellText
      cells.append(options.showsKind && column.format == "name" ? kind.qualifiedSingular + "/" + text : text)
    }
    if options.showsLabels { cells.append(Escape.cell(Labels.text(json.object("metadata", "labels")))) }
    return cells
  }
}
