// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI
import Testing

@Suite struct SortingTests {
  private let claims = [("a", "2Gi"), ("b", "500Mi"), ("c", nil), ("d", "1G")].map { name, size in
    var json: JSONObject = ["kind": "PersistentVolumeClaim", "metadata": ["name": .string(name)]]
    if let size { json.set(.string(size), "spec", "resources", "requests", "storage") }
    return Resource(json: json)
  }

  @Test(
    "Sizes sort by their amount, objects without the field first",
    arguments: [
      ".spec.resources.requests.storage", "{.spec.resources.requests.storage}", "spec.resources.requests.storage",
    ])
  func sizes(path: String) throws {
    #expect(try Sorting.sorted(claims, by: path).map(\.name) == ["c", "b", "d", "a"])
  }

  @Test("A field that no object has is an error") func missing() throws {
    let error = #expect(throws: PresentationError.self) { try Sorting.sorted(claims, by: ".status.x") }
    #expect(error?.message == #"couldn't find any field with path ".status.x" in the list of objects"#)
    #expect(try Sorting.sorted([], by: ".status.x").isEmpty)
  }

  @Test("Custom columns") func columns() throws {
    let columns = try CustomColumns("NAME:.metadata.name,SIZE:spec.resources.requests.storage")
    #expect(
      try columns.text([claims[0], claims[2]])
        == lines("NAME   SIZE\na      2Gi\nc      <none>"))
    #expect(throws: PresentationError.self) { try CustomColumns("NAME") }
  }
}
