// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

extension Simulation {
  /// Takes over every object of the YAML or JSON `text`: those without a uid are checked as the API checks what users write.
  ///
  /// - Throws: ``StatusError`` for the first one that is refused, with its place in the text.
  public mutating func add(text: String) throws(StatusError) {
    for manifest in try ManifestReader.readUnchecked(text) {
      guard manifest.resource.uid.isEmpty else {
        try add(manifest.resource)
        continue
      }
      let checked = try ManifestReader.checked(manifest)
      do { try add(checked.resource) } catch { throw checked.placed(error) }
    }
  }

  /// Everything as one `List`: the objects that exist, then the new events.
  public var list: JSONValue {
    [
      "apiVersion": "v1", "kind": "List", "metadata": [:],
      "items": .array((objects + events).map { .object($0.json) }),
    ]
  }
}
