// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI
import Testing

@Suite struct StatusTextTests {
  @Test("A refusal names its reason") func notFound() {
    let error = StatusError(.notFound, #"persistentvolumeclaims "x" not found"#)
    #expect(StatusText.text(error) == #"Error from server (NotFound): persistentvolumeclaims "x" not found"#)
    #expect(
      StatusText.text(error, while: .init("creating", "f.yaml"))
        == #"Error from server (NotFound): error when creating "f.yaml": persistentvolumeclaims "x" not found"#)
  }

  @Test("An invalid object is named by its kind, each cause on a line") func invalid() {
    let one = StatusError.invalid(
      .storageClass, name: "thin",
      causes: [.invalid(FieldPath("parameters"), shown: #"{"diskformat":"thick"}"#, "field is immutable")])
    #expect(
      StatusText.text(one, while: .init("applying", "f.yaml"))
        == #"The StorageClass "thin" is invalid: parameters: Invalid value: {"diskformat":"thick"}: field is immutable"#
    )
    let two = StatusError.invalid(
      .persistentVolume, name: "v", causes: [.required(FieldPath("spec.a")), .required(FieldPath("spec.b"))])
    #expect(
      StatusText.text(two)
        == "The PersistentVolume \"v\" is invalid: \n* spec.a: Required value\n* spec.b: Required value")
  }

  @Test("Warnings and empty lists") func others() {
    #expect(StatusText.warning("Recycle is deprecated\u{1b}[2J") == "Warning: Recycle is deprecated^[[2J")
    #expect(StatusText.nothing(in: nil) == "No resources found")
    #expect(StatusText.nothing(in: "team-b") == "No resources found in team-b namespace.")
  }
}
