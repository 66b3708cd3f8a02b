// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Objects as documents: `-o yaml`, `-o json` and `-o name`.
public enum ObjectOutput {
  /// A `List` of `objects`, as kubectl wraps several of them.
  public static func list(_ objects: [Resource]) -> JSONValue {
    .object([
      "apiVersion": "v1", "kind": "List", "metadata": ["resourceVersion": ""],
      "items": .array(objects.map { .object($0.json) }),
    ])
  }

  /// `objects` as YAML: a single one that was asked for by name as itself, others as a `List`.
  public static func yaml(_ objects: [Resource], isSingle: Bool) -> String {
    YAMLWriter.write(document(objects, isSingle: isSingle))
  }

  /// `objects` as JSON, four blanks a level: a single one that was asked for by name as itself, others as a `List`.
  public static func json(_ objects: [Resource], isSingle: Bool) -> String {
    JSONWriter.pretty(document(objects, isSingle: isSingle)) + "\n"
  }

  /// `kind.group/name` of each object, one a line.
  public static func names(_ objects: [Resource]) -> String {
    objects.map { ($0.kind?.qualifiedSingular ?? $0.json.string("kind").lowercased()) + "/" + $0.name + "\n" }.joined()
  }

  private static func document(_ objects: [Resource], isSingle: Bool) -> JSONValue {
    guard isSingle, objects.count == 1, let object = objects.first else { return list(objects) }
    return .object(object.json)
  }
}
