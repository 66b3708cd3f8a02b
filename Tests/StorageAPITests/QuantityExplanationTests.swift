// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("What a size means")
struct QuantityExplanationTests {
  @Test("400M is told apart from 400Mi (Q5, P30)")
  func fourHundred() {
    let text = QuantityExplanation("400M").text
    #expect(text.contains("bytes        400,000,000\n"))
    #expect(text.contains("400Mi would be 419,430,400 bytes, 4.9 % more"))
    #expect(text.contains("as a volume  390625Ki"))
    #expect(QuantityExplanation("400Mi").text.contains("400M would be 400,000,000 bytes, 4.6 % less"))
  }

  @Test("The entry for programs has every form (Q6, Q9)")
  func json() {
    #expect(
      QuantityExplanation("+1.5Gi").json == [
        "input": "+1.5Gi", "string": "1536Mi", "canonical": "1536Mi", "decimal": "1610612736", "bytes": 1_610_612_736,
        "format": "BinarySI",
      ])
  }

  @Test("What does not fit has no bytes, and people read why (Q12)")
  func tooLarge() {
    #expect(QuantityExplanation("12E").json.object?["bytes"] == .null)
    #expect(QuantityExplanation("12E").text.contains("too large for 64 bits, where Kubernetes takes it for 0"))
  }

  @Test("A request must be above zero (Q16)", arguments: ["0", "-1"])
  func notPositive(_ input: String) {
    #expect(QuantityExplanation(input).text.contains("refused: a claim must ask for more than zero"))
  }

  @Test(
    "A refused text gets the API's words and the likely remedy (Q1, Q2)",
    arguments: [
      ("400 M", "400M"), ("1GiB", "1Gi"), ("10MB", "10M"), ("1K", "1k"), ("2gb", "2G"), ("5gi", "5Gi"), ("100B", "100"),
    ])
  func hint(_ input: String, _ meant: String) {
    let explanation = QuantityExplanation(input)
    #expect(explanation.isRefused)
    #expect(explanation.text.hasSuffix("did you mean \(meant)?"))
    #expect(explanation.json.object?.keys == ["error", "input"])
  }
}
