// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

/// One text and what becomes of it.
struct QuantityRow: Sendable, CustomTestStringConvertible {
  let name: String
  let input: String
  let output: String

  init(_ name: String, _ input: String, _ output: String) {
    self.name = name
    self.input = input
    self.output = output
  }

  var testDescription: String { "\(name): \(input) → \(output)" }
}

@Suite("Quantities")
struct QuantityTests {
  static let echoes = [
    QuantityRow("a plain number (Q6)", "1000", "1k"), QuantityRow("binary goes up (Q6)", "1024Mi", "1Gi"),
    QuantityRow("decimal goes up (Q6)", "1000M", "1G"), QuantityRow("a binary fraction (Q6)", "1.5Gi", "1536Mi"),
    QuantityRow("a decimal fraction (Q6)", "1.5G", "1500M"), QuantityRow("1000Ki stays (Q6)", "1000Ki", "1000Ki"),
    QuantityRow("an exponent (Q6)", "1e4", "10e3"), QuantityRow("a small binary (Q7)", "0.5Ki", "512"),
    QuantityRow("a binary with a fraction (Q7)", "0.1Gi", "107374182400m"),
    QuantityRow("zero loses its suffix (Q8)", "0Gi", "0"), QuantityRow("negative zero (Q8)", "-0.0M", "0"),
    QuantityRow("a plus is echoed (Q9)", "+1", "+1"), QuantityRow("a large E is echoed (Q9)", "1E6", "1E6"),
    QuantityRow("leading zeros are echoed (Q9)", "007", "007"), QuantityRow("a bare point is echoed (Q9)", "1.", "1."),
    QuantityRow("a point and a suffix are echoed (Q9)", "1.G", "1.G"),
    QuantityRow("a leading point is not (Q1)", ".5", "500m"), QuantityRow("a lone point is zero (Q1)", ".", "0"),
    QuantityRow("a negative lone point is zero (Q1)", "-.", "0"),
    QuantityRow("finer than nano (Q10)", "0.1n", "1n"), QuantityRow("negative, finer than nano (Q10)", "-1.1n", "-2n"),
    QuantityRow("much finer than nano (Q10)", "1e-2000000000", "1e-9"),
    QuantityRow("binary cap (Q11)", "9Ei", "9223372036854775807"),
    QuantityRow("negative binary cap (Q11)", "-9Ei", "-9223372036854775807"),
    QuantityRow("decimal has no cap (Q11)", "100000000000000000000", "100E"),
    QuantityRow("beyond the last suffix (Q11)", "1000E", "1e21"),
    QuantityRow("a huge exponent (Q11)", "1e400", "10e399"),
    QuantityRow("E is a suffix (Q4)", "1E", "1E"), QuantityRow("E with digits is an exponent (Q4)", "1E3", "1E3"),
    QuantityRow("Ei is binary (Q4)", "1Ei", "1Ei"), QuantityRow("negative (Q16)", "-4Pi", "-4Pi"),
  ]

  @Test("A text comes back as the API echoes it (Q6-Q11)", arguments: echoes)
  func echo(_ row: QuantityRow) throws {
    #expect(try Quantity(row.input).text == row.output)
  }

  static let decimals = [
    QuantityRow("decimal megabytes (Q5)", "400M", "400000000"), QuantityRow("binary (Q5)", "400Mi", "419430400"),
    QuantityRow("2^60 (Q4)", "1Ei", "1152921504606846976"), QuantityRow("a fraction", "1.1Gi", "1181116006.4"),
    QuantityRow("nano (Q10)", "0.00000012345", "0.000000124"), QuantityRow("milli", "-1500m", "-1.5"),
    QuantityRow("large", "12E", "12000000000000000000"), QuantityRow("beyond printing", "3e2000", "3e2000"),
  ]

  @Test("The exact value is kept", arguments: decimals)
  func decimal(_ row: QuantityRow) throws {
    #expect(try Quantity(row.input).decimal == row.output)
  }

  @Test(
    "A text without the shape of a quantity is refused in the API's words (Q1, Q3)",
    arguments: [
      "", "1.1.1", "1+1", "400 M", " 1", "1 ", "KB", "1KB", "1GiB", "aoeu", "0x10", "1_000", "١", "1\0", "1e3i",
    ])
  func wrongShape(_ text: String) {
    let error = #expect(throws: QuantityError.self) { try Quantity(text) }
    #expect(error?.code == .wrongShape)
    #expect(error?.message.hasPrefix("quantities must match the regular expression '^([+-]?[0-9.]+)") == true)
  }

  @Test(
    "An unknown suffix is refused in the API's words (Q2)",
    arguments: ["1K", "1i", "1e", "1e+", "1mi", "1kM", "5k3", "1Ki2", "1ee3", "1e99999999999999999999"])
  func unknownSuffix(_ text: String) {
    let error = #expect(throws: QuantityError.self) { try Quantity(text) }
    #expect(error?.message == "unable to parse quantity's suffix")
  }

  @Test("A suffix too large to assume a number is refused", arguments: ["Ei", "-Pi", ".Ei"])
  func noNumber(_ text: String) {
    let error = #expect(throws: QuantityError.self) { try Quantity(text) }
    #expect(error?.message == "unable to parse numeric part of quantity")
  }

  @Test("A field may be a string with blanks around it, a number or null (Q15)")
  func json() throws {
    #expect(try Quantity(json: " 1Gi\n").text == "1Gi")
    #expect(try Quantity(json: .number("1e3")).text == "1e3")
    #expect(try Quantity(json: 5368709120).decimal == "5368709120")
    #expect(try Quantity(json: .null) == .zero)
    #expect(throws: QuantityError.self) { try Quantity(json: true) }
    #expect(throws: QuantityError.self) { try Quantity(json: "  ") }
  }

  @Test("Provisioned bytes are printed with binary suffixes (P30)")
  func provisioned() {
    #expect(Quantity(bytes: 400_000_000, format: .binarySI).text == "390625Ki")
    #expect(Quantity(bytes: 1_000_000_000, format: .binarySI).text == "1000000000")
    #expect(Quantity(bytes: 2_000_000_000_000, format: .binarySI).text == "1953125000Ki")
    #expect(Quantity(bytes: 1 << 30, format: .binarySI).text == "1Gi")
    #expect(Quantity(bytes: 1 << 30, format: .decimalSI).text == "1073741824")
  }

  @Test("The integer value rounds away from zero (Q12)")
  func integers() throws {
    #expect(try Quantity("1.1").roundedUpBytes == 2)
    #expect(try Quantity("-1.1").roundedUpBytes == -2)
    #expect(try Quantity("1n").roundedUpBytes == 1)
    #expect(try Quantity("1.1Gi").roundedUpBytes == 1_181_116_007)
    #expect(try Quantity("-4Pi").roundedUpBytes == -4_503_599_627_370_496)
    #expect(try Quantity("9Ei").roundedUpBytes == .max)
    #expect(try Quantity("12E").roundedUpBytes == nil)
    #expect(try Quantity("1e2147483647").roundedUpBytes == nil)
    #expect(try Quantity("12345678901234567890e2147483647").roundedUpBytes == nil)
  }

  @Test("Beyond 64 bits the integer value is Kubernetes' garbage (B64, Q12)")
  func garbage() throws {
    #expect(try Quantity("12E").wrappingInt64 == 0)
    #expect(try Quantity("9223372036854775808").wrappingInt64 == .min)
    #expect(try Quantity("-4Pi").wrappingInt64 == 6_917_529_028)
    #expect(try Quantity("-1.1e-9").wrappingInt64 == 1)
    #expect(try Quantity("-9Ei").wrappingInt64 == -.max)
    #expect(try Quantity("12345678901234567890e2147483647").wrappingInt64 == 0)
    #expect(try Quantity("561392394969G").wrappingInt64 == 7_990_072_757_713_451_520)
    #expect(try Quantity("9000000000000000P").wrappingInt64 == 0)
  }

  static let ascending = [
    "-1e400", "-12E", "-1Gi", "-1", "-1n", "0", "1n", "1m", "1", "1k", "1Ki", "381Mi", "400M", "400Mi",
    "1G", "1Gi", "9Ei", "9223372036854775808", "9.5E", "12E", "1e400", "2e400", "1e2000000000",
  ]

  @Test("Comparison is exact and independent of notation (Q13)")
  func order() throws {
    let quantities = try Self.ascending.map { try Quantity($0) }
    for (i, a) in quantities.enumerated() {
      for (j, b) in quantities.enumerated() {
        #expect((a < b) == (i < j), "\(a) < \(b)")
        #expect((a == b) == (i == j), "\(a) == \(b)")
      }
    }
    #expect(try Quantity("1Gi") == Quantity("1024Mi"))
    #expect(try Quantity("1e9") == Quantity("1G"))
    #expect(try Quantity("0.000000001E") == Quantity("1000000000.00000000000000000000000000"))
  }

  @Test("A sum keeps the notation of the left operand, of the right one if the left is zero (Q14)")
  func sums() throws {
    func sum(_ a: String, _ b: String) throws -> String { (try Quantity(a) + Quantity(b)).text }
    #expect(try sum("1Gi", "1Gi") == "2Gi")
    #expect(try sum("1Gi", "1G") == "2073741824")
    #expect(try sum("1G", "1Mi") == "1001048576")
    #expect(try sum("0", "1024Mi") == "1Gi")
    #expect(try sum("1Mi", "1m") == "1048576001m")
    #expect(try sum("1023Ki", "1024000m") == "1Mi")
    #expect(try sum("879Ki", "35933344854907432e25") == "350911570848705390625000000000000000879Ki")
    #expect(try sum("+1", "0") == "1")
    #expect(try sum("9E", "9E") == "18E")
    #expect(try sum("9Ei", "9Ei") == "18446744073709551614")
    #expect(try sum("12E", "-12E") == "0")
    #expect(try sum("-1.5Gi", "1Gi") == "-512Mi")
    #expect(try sum("1e2000000000", "1") == "100e1999999998")
    #expect((try Quantity("0") - Quantity("1Gi")).text == "-1Gi")
    #expect((try Quantity("1Gi") - Quantity("1.5Gi")).text == "-512Mi")
    #expect((try Quantity("1000000000000000000000") - Quantity("1")).text == "999999999999999999999")
  }

  @Test("An amount is rounded up to a power of ten (Q12)")
  func rounding() throws {
    #expect(try Quantity("9.01").roundedUp(toPowerOfTen: -3).isExact)
    #expect(try Quantity("-9.01").roundedUp(toPowerOfTen: -1).quantity.text == "-9100m")
    #expect(try Quantity("9Mi").roundedUp(toPowerOfTen: 3).quantity.text == "9438000")
    #expect(try Quantity("1.00000000000000000001").roundedUp(toPowerOfTen: 0).quantity.text == "2")
  }
}
