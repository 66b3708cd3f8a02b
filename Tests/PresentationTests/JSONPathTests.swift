// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI
import Testing

private let list: JSONValue = [
  "kind": "List",
  "items": [
    [
      "metadata": ["name": "a", "labels": ["tier": "db", "k8s.io/x": "dotted"]], "spec": ["size": 1],
      "status": ["conditions": [["type": "Ready", "status": "True"], ["type": "Bound", "status": "False"]]],
    ],
    ["metadata": ["name": "b"], "spec": ["size": 20, "nested": ["list": [1, 2, 3, 4]]]],
  ],
]

@Suite struct JSONPathTests {
  @Test(
    "Expressions of kubectl's dialect",
    arguments: [
      ("{.kind}", "List"), ("{$.kind}", "List"), ("kind is {.kind}!", "kind is List!"),
      ("{.items[0].metadata.name}", "a"), ("{.items[-1].metadata.name}", "b"), ("{.items[*].metadata.name}", "a b"),
      ("{.items[*]['metadata'].name}", "a b"), ("{.items[0,1].spec.size}", "1 20"), ("{..name}", "a b"),
      ("{.items[1].spec.nested.list[1:3]}", "2 3"), ("{.items[1].spec.nested.list[::2]}", "1 3"),
      ("{.items[1].spec.nested.list[-2:]}", "3 4"), ("{.items[1].spec.nested}", #"{"list":[1,2,3,4]}"#),
      ("{.items[0].metadata.labels.k8s\\.io/x}", "dotted"), ("{.items[0].metadata.labels['k8s.io/x']}", "dotted"),
      (#"{.items[?(@.metadata.name=="b")].spec.size}"#, "20"), ("{.items[?(@.spec.size<5)].metadata.name}", "a"),
      ("{.items[?(@.spec.nested)].metadata.name}", "b"), (#"{.items[?(@.spec.size != 1)].metadata.name}"#, "b"),
      (#"{.items[0].status.conditions[?(@.type=="Ready")].status}"#, "True"),
      (#"{range .items[*]}{.metadata.name}{"\t"}{.spec.size}{"\n"}{end}"#, "a\t1\nb\t20\n"),
      (#"{range .items[*]}[{range .status.conditions[*]}{.type},{end}]{end}"#, "[Ready,Bound,][]"),
      ("{.items[0].spec.missing}", ""), ("{.metadata.name}", ""), ("{.items[*].spec.*}", #"1 {"list":[1,2,3,4]} 20"#),
      (".kind", ".kind"), ("", ""), ("{.items[0].metadata['name','labels'].tier}", "db"),
    ]) func text(template: String, text: String) throws
  {
    #expect(try JSONPath(template).text(of: list) == text)
  }

  @Test(
    "Mistakes are told with their place",
    arguments: [
      ("{.kind", "expected '}'"), ("{range .items[*]}x", "expected '{end}'"), ("{end}", "'{end}' without '{range}'"),
      ("{.items[a]}", "expected a number"), ("{.items[0}", "expected ']'"), ("{.a..}", "expected the name of a field"),
      ("{.items[?(@.x==)]}", "expected a path, a quoted text"), ("{'x}", "does not end"), ("{#}", "expected a path"),
    ]) func mistakes(template: String, message: String) throws
  {
    let error = #expect(throws: PresentationError.self) { try JSONPath(template) }
    #expect(error?.message.contains(message) == true, "\(String(describing: error))")
  }

  @Test("An index beyond the end is an error") func bounds() throws {
    let error = #expect(throws: PresentationError.self) { try JSONPath("{.items[7]}").text(of: list) }
    #expect(error?.message == "array index out of bounds: index 7, length 2")
  }
}

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
