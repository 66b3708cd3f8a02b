// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Testing

@testable import StorageAPI

@Suite("Plain YAML scalars mean what YAML 1.1 says (V6)")
struct YAMLScalarTests {
  @Test(
    "A scalar's value",
    arguments: [
      ("", JSONValue.null), ("~", .null), ("Null", .null), ("nULL", "nULL"), ("y", true), ("N", false), ("Yes", true),
      ("off", false), ("oN", "oN"), ("0", 0), ("-0", 0), ("+1", 1), ("017", 15), ("0o17", 15), ("0x1F", 31),
      ("-0x10", -16), ("0b101", 5), ("08", 8), ("1_000", 1000),
      ("18446744073709551615", .number("18446744073709551615")),
      ("1.0", 1), ("1.50", .number("1.5")), (".5", .number("0.5")), ("1.", 1), ("1e3", 1000), ("1E6", 1_000_000),
      ("-1.5e-3", .number("-0.0015")), ("1e-7", .number("1e-7")), ("1e21", .number("1e+21")),
      ("123456789012345678901", .number("123456789012345680000")), ("1e400", "1e400"), ("400M", "400M"), ("1Gi", "1Gi"),
      ("1:30", "1:30"), ("2020-01-01", "2020-01-01"), ("1.2.3", "1.2.3"), ("-", "-"), (".", "."), ("+", "+"),
      ("0x", "0x"),
      ("-.5", .number("-0.5")), ("--1", "--1"), ("0xg", "0xg"),
    ] as [(String, JSONValue)])
  func values(text: String, value: JSONValue) {
    #expect(YAMLScalar.value(text) == value)
  }
}
