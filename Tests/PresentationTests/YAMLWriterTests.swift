// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI
import Testing

@Suite struct YAMLWriterTests {
  @Test(
    "Strings are quoted only where they would be read as something else",
    arguments: [
      ("plain", "plain"), ("with blank", "with blank"), ("", "\"\""), ("yes", "\"yes\""), ("On", "\"On\""),
      ("y", "\"y\""),
      ("true", "\"true\""), ("null", "\"null\""), ("~", "\"~\""), ("1", "\"1\""), ("-1.5e3", "\"-1.5e3\""),
      (".5", "\".5\""),
      ("0x1F", "\"0x1F\""), ("1_000", "\"1_000\""), ("012", "\"012\""), ("10:30", "\"10:30\""), ("1.2.3", "1.2.3"),
      ("5Gi", "5Gi"), ("400M", "400M"), ("1e", "1e"), ("-", "'-'"), ("--", "--"), (".", "."), ("+", "+"),
      ("0b101", "\"0b101\""),
      ("2023-11-14T22:13:20Z", "\"2023-11-14T22:13:20Z\""), ("2023-11-14", "\"2023-11-14\""), ("2023-11", "2023-11"),
      ("a: b", "'a: b'"), ("a:b", "a:b"), ("ends:", "'ends:'"), ("a #b", "'a #b'"), ("a#b", "a#b"), ("#a", "'#a'"),
      ("it's", "it's"), ("'quoted'", "'''quoted'''"), ("[a]", "'[a]'"), ("a[b]", "a[b]"), ("*", "'*'"), ("?a", "?a"),
      ("? a", "'? a'"), ("- a", "'- a'"), ("-a", "-a"), (" lead", "' lead'"), ("trail ", "'trail '"), ("---", "'---'"),
      ("tab\there", "\"tab\\there\""), ("bell\u{07}", "\"bell\\a\""), ("héllo", "héllo"), ("😀", "\"\\U0001F600\""),
      ("esc\u{1b}[2J", "\"esc\\e[2J\""), ("%x", "'%x'"), ("@x", "'@x'"), ("x@", "x@"), ("<none>", "<none>"),
      (">x", "'>x'"),
      ("=", "="), ("<<", "\"<<\""), ("Infinity", "Infinity"), (".inf", "\".inf\""), ("nan", "nan"),
    ]) func scalars(text: String, yaml: String)
  {
    #expect(YAMLWriter.write(["k": .string(text)]) == "k: \(yaml)\n")
  }

  @Test("Keys follow the same rules") func keys() {
    #expect(YAMLWriter.write(["1": "a", "a: b": "c", "yes": "d"]) == "\"1\": a\n'a: b': c\n\"yes\": d\n")
  }

  @Test(
    "Texts of several lines are blocks that keep their ends",
    arguments: [
      ("a\nb", "|-\n  a\n  b\n"), ("a\n", "|\n  a\n"), ("a\n\n", "|+\n  a\n\n"), ("a\n\nb\n", "|\n  a\n\n  b\n"),
      (" a\nb", "|2-\n   a\n  b\n"), ("\n", "|2+\n\n"), ("a \nb", "\"a \\nb\"\n"), ("a\tb\n", "\"a\\tb\\n\"\n"),
    ]) func blocks(text: String, yaml: String)
  {
    #expect(YAMLWriter.write(["k": .string(text)]) == "k: " + yaml)
  }

  @Test("Lists are not indented under their keys, nested ones share a line") func layout() {
    let value: JSONValue = [
      "b": [["x": 1, "z": ["p", "q"]], "s", ["l", "m"], [:], []], "a": [:], "c": [], "d": .null, "e": ["f": true],
    ]
    #expect(
      YAMLWriter.write(value) == """
        a: {}
        b:
        - x: 1
          z:
          - p
          - q
        - s
        - - l
          - m
        - {}
        - []
        c: []
        d: null
        e:
          f: true

        """)
  }

  @Test("Long texts are wrapped at the first blank after column 80") func wrapping() {
    let long = "Waiting for a volume to be created either by the external provisioner or manually by the administrator."
    #expect(
      YAMLWriter.write(["message": .string(long)])
        == "message: Waiting for a volume to be created either by the external provisioner or\n  manually by the administrator.\n"
    )
    #expect(
      YAMLWriter.write(["items": [["message": .string("x: " + long)]]])
        == "items:\n- message: 'x: Waiting for a volume to be created either by the external provisioner\n    or manually by the administrator.'\n"
    )
  }

  @Test("Numbers within keys sort by value, letters after signs") func order() {
    #expect(YAMLWriter.write(["a10": 1, "a2": 2, "ab": 3, "a-b": 4, "a": 5]) == "a: 5\na-b: 4\na2: 2\na10: 1\nab: 3\n")
  }

  @Test("Several objects are a List, one asked for by name is itself") func lists() throws {
    let objects = [Resource(json: ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": "a"]])]
    #expect(
      ObjectOutput.yaml(objects, isSingle: false) == """
        apiVersion: v1
        items:
        - apiVersion: v1
          kind: Pod
          metadata:
            name: a
        kind: List
        metadata:
          resourceVersion: ""

        """)
    #expect(ObjectOutput.yaml(objects, isSingle: true).hasPrefix("apiVersion: v1\nkind: Pod\n"))
    #expect(
      ObjectOutput.json(objects, isSingle: false).hasPrefix(
        "{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n        {\n"))
    #expect(ObjectOutput.names(objects) == "pod/a\n")
  }
}
