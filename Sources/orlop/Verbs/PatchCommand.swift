// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import StorageAPI

struct PatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patch",
    abstract: "Change fields of objects.",
    discussion: """
      A patch is JSON or YAML. One of type strategic or merge looks like the object, and null removes a field; strategic \
      finds containers, volumes and the like by their names, merge replaces lists as a whole. One of type json is a list \
      of operations.

      EXAMPLES:
        orlop patch sc vsphere -p 'allowVolumeExpansion: true'
        orlop patch pvc example-db-pvc -p '{"spec": {"resources": {"requests": {"storage": "800M"}}}}'
        orlop patch pvc/example-db-pvc --type=json -p '[{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}]'
      """)

  @Argument(help: "TYPE NAME… or TYPE/NAME….") var objects: [String]
  @Option(name: .shortAndLong, help: "The patch.") var patch: String?
  @Option(help: ArgumentHelp("A file that holds the patch; - for standard input.", valueName: "filename"))
  var patchFile: String?
  @Option(help: "The patch's type: strategic, merge or json.") var type = Form.strategic
  @OptionGroup var options: ChangeOptions

  /// The language of the patch.
  enum Form: String, ExpressibleByArgument, CaseIterable {
    case strategic, merge, json

    fileprivate var form: ObjectPatch.Form {
      switch self {
      case .strategic: .strategic
      case .merge: .merge
      case .json: .json
      }
    }
  }

  func validate() throws {
    guard (patch == nil) != (patchFile == nil) else {
      throw ValidationError("say the patch, either with -p or with --patch-file")
    }
  }

  func run() async throws {
    let text = try patch ?? InputFile.read(patchFile ?? "-")
    let patch: ObjectPatch
    do { patch = try ObjectPatch(text, type.form) } catch { throw EngineError(.invalid, "\(error)") }
    let client = try options.host.client()
    let keys = try ObjectName.keys(objects, in: options.scope.namespace, to: "patch")
    try await options.change(keys, client, word: "patched", unchanged: "patched (no change)") { object in
      guard let kind = object.kind else { return object.json }
      return try patch.applied(to: object.json, kind)
    }
  }
}
