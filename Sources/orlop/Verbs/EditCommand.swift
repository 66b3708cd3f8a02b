// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import Presentation
import StorageAPI

struct EditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit",
    abstract: "Change objects in an editor.",
    discussion: """
      Opens the editor that EDITOR names, or vi, for each object. What is wrong with the text is told in it, and it can be \
      changed again; saving it unchanged, or empty, changes nothing. What others change meanwhile stays.

      EXAMPLES:
        orlop edit pvc/example-db-pvc
        EDITOR=nano orlop edit sc vsphere
        EDITOR='sed -i s/400M/800M/' orlop edit pvc example-db-pvc
      """)

  @Argument(help: "TYPE NAME… or TYPE/NAME….") var objects: [String]
  @OptionGroup var options: ChangeOptions

  private static let head = """
    # Change the object below. Lines that begin with a '#' are ignored, and an empty file changes nothing.
    # The status is not here, for it is not yours to change.
    #

    """

  func run() async throws {
    let keys = try ObjectName.keys(objects, in: options.scope.namespace, to: "edit")
    let client = try options.host.client()
    var edited: [(key: ObjectKey, patch: ObjectPatch)] = []
    for key in keys {
      guard let patch = try await patch(key, client) else {
        Output.complain("Edit cancelled, no changes made.")
        continue
      }
      edited.append((key, patch))
    }
    for (key, patch) in edited {
      try await options.change([key], client, word: "edited", unchanged: "unchanged") { object in
        try patch.applied(to: object.json, key.kind)
      }
    }
  }

  /// What the user makes of the object `key`, found acceptable; nil when nothing.
  private func patch(_ key: ObjectKey, _ client: LocalClient) async throws -> ObjectPatch? {
    var object = try await client.get(key).json
    object["status"] = nil
    let text = Self.head + ObjectOutput.yaml([Resource(json: object)], isSingle: true)
    let editor = try Editor(text)
    do {
      let patch = try await patch(of: object, key, client, editor, text)
      editor.discard()
      return patch
    } catch let error as Kept {
      throw error
    } catch {
      editor.discard()
      throw error
    }
  }

  /// Has `text`, which shows `object`, edited until it is acceptable; nil when the user gives up.
  private func patch(
    of object: JSONObject, _ key: ObjectKey, _ client: LocalClient, _ editor: Editor, _ text: String
  ) async throws -> ObjectPatch? {
    var shown = text
    while true {
      let saved = try editor.run()
      guard saved != shown else {
        if shown == text { return nil }
        throw Kept(file: editor.file)
      }
      do {
        guard let edited = try Self.object(in: saved), edited != object else { return nil }
        let patch = ObjectPatch(from: object, to: edited)
        let changed = try patch.applied(to: try await client.get(key).json, key.kind)
        _ = try await client.update(Resource(json: changed), options: WriteOptions(isDryRun: true))
        await client.release()  // for whoever waits for the store while the user thinks
        return patch
      } catch let error as StatusError {
        await client.release()
        shown = Self.comment(StatusText.text(error)) + Self.content(saved)
        try editor.write(shown)
      }
    }
  }

  /// A text that is refused and was not changed any more: it is kept, for it may have been much work.
  private struct Kept: Error, CustomStringConvertible {
    let file: String
    var description: String { "edit cancelled, for the text is refused as it is; it is kept in \(file)" }
  }

  /// The object that `text` holds, without a status; nil when it holds none.
  private static func object(in text: String) throws -> JSONObject? {
    let manifests = try ManifestReader.read(text)
    guard manifests.count < 2 else { throw StatusError(.badRequest, "there must be one object in the text") }
    var object = manifests.first?.object
    object?["status"] = nil
    return object
  }

  private static func comment(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "# " + $0 + "\n" }.joined() + "#\n"
  }

  /// `text` without the lines that are comments.
  private static func content(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("#") }.joined(separator: "\n")
  }
}
