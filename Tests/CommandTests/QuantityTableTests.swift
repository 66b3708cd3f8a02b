// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import StorageAPI
import Testing

/// Drives the table `Conformance/quantity_cases.json`, of which every expected value was produced by Kubernetes itself.
@Suite("Quantities as Kubernetes computes them")
struct QuantityTableTests {
  /// One entry of a section of the table.
  struct Row: Sendable, CustomTestStringConvertible {
    let entry: JSONObject
    var testDescription: String { JSONWriter.compact(.object(entry)) }
  }

  static func rows(_ section: String) throws -> [Row] {
    let url = try #require(Bundle.module.url(forResource: "Conformance/quantity_cases", withExtension: "json"))
    let table = try JSONReader.read(String(contentsOf: url, encoding: .utf8))
    return try #require(table.object?.objects(section)).map(Row.init)
  }

  @Test("Each text reads as in Kubernetes (Q1-Q12)", arguments: try rows("parse"))
  func parse(_ row: Row) throws {
    let input = row.entry.string("input")
    if let text = row.entry.optionalString("error_text") {
      let error = #expect(throws: QuantityError.self) { try Quantity(input) }
      #expect(error?.message == text)
      return
    }
    let quantity = try Quantity(input)
    #expect(quantity.canonical == row.entry.string("canonical"))
    #expect(quantity.text == row.entry.string("string_after_parse"))
    #expect(try Quantity(quantity.decimal) == Quantity(row.entry.string("exact_decimal")))
    #expect(quantity.format.rawValue == row.entry.string("format"))
    #expect(quantity.sign == row.entry.integer("sign").map(Int.init))
    let integer = row.entry.integer("integer_value_rounded_up") ?? row.entry.integer("integer_value_observed")
    #expect(quantity.wrappingInt64 == integer)
    #expect((quantity.roundedUpBytes == nil) == row.entry.flag("integer_overflows_int64"))
  }

  @Test("Each pair compares as in Kubernetes (Q13)", arguments: try rows("compare"))
  func compare(_ row: Row) throws {
    let (a, b) = (try Quantity(row.entry.string("a")), try Quantity(row.entry.string("b")))
    #expect((a < b ? -1 : a > b ? 1 : 0) == row.entry.integer("cmp"))
  }

  @Test("Each JSON field reads and is written as in Kubernetes (Q15)", arguments: try rows("json"))
  func json(_ row: Row) throws {
    let quantity = try Quantity(json: JSONReader.read(row.entry.string("json")))
    #expect(quantity.text == row.entry.string("string"))
    #expect(JSONWriter.compact(.string(quantity.text)) == row.entry.string("marshal"))
  }

  @Test("Each amount rounds up as in Kubernetes (Q12)", arguments: try rows("round_up"))
  func roundUp(_ row: Row) throws {
    let scale = try #require(row.entry.integer("scale"))
    let (quantity, isExact) = try Quantity(row.entry.string("input")).roundedUp(toPowerOfTen: Int(scale))
    #expect(quantity.text == row.entry.string("string"))
    #expect(isExact == row.entry.flag("exact"))
  }

  @Test("Each number of bytes is printed as in Kubernetes (P30)", arguments: try rows("from_integer"))
  func fromInteger(_ row: Row) throws {
    let value = try #require(row.entry.integer("value"))
    let format = try #require(Quantity.Format(rawValue: row.entry.string("format")))
    #expect(Quantity(bytes: value, format: format).text == row.entry.string("string"))
  }

  @Test("Each sum and difference is as in Kubernetes (Q14)", arguments: try rows("arithmetic"))
  func arithmetic(_ row: Row) throws {
    let (a, b) = (try Quantity(row.entry.string("a")), try Quantity(row.entry.string("b")))
    let result = row.entry.string("op") == "add" ? a + b : a - b
    #expect(result.text == row.entry.string("string"))
  }
}
