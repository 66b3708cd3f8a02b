// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import StorageAPI

struct ResizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resize",
    abstract: "Give a claim's volume another size.",
    discussion: """
      To grow is to raise the claim's request, as apply, edit and patch do: the claim's class must say allowVolumeExpansion. A \
      volume that is mounted grows where its filesystem and the kernel can, and otherwise when its pods are gone or start again.

      --shrink makes a volume smaller that no pod uses: ext2, ext3 and ext4 images alone, after e2fsck has found them clean, and \
      never below what they hold. Request, claim and PersistentVolume follow.

      EXAMPLES:
        orlop resize pvc example-db-pvc 1Gi
        orlop resize pvc/example-db-pvc 400Mi --shrink
      """)

  @Argument(help: "The claim, as pvc NAME or pvc/NAME, and its new size, such as 1Gi.") var words: [String]
  @Flag(help: "Make the volume smaller.") var shrink = false
  @OptionGroup var options: ChangeOptions

  func validate() throws {
    guard !shrink || options.dryRun == .none else {
      throw ValidationError("--shrink cannot be tried without being done: leave --dry-run out")
    }
  }

  func run() async throws {
    let (key, size) = try meaning()
    let client = try options.host.client()
    guard shrink else {
      return try await options.change([key], client, word: "resized", unchanged: "unchanged") { claim in
        var claim = claim.json
        claim.set(.string(size.text), "spec", "resources", "requests", "storage")
        return claim
      }
    }
    try await client.shrink(key, to: size)
    Output.print("persistentvolumeclaim/\(key.name) resized")
  }

  /// The claim and the size that the words mean.
  private func meaning() throws -> (ObjectKey, Quantity) {
    guard let last = words.last, words.count == (words[0].contains("/") ? 2 : 3) else {
      throw UsageError("say which claim and its new size, such as: orlop resize pvc example-db-pvc 1Gi")
    }
    let names = try ObjectName.parse(Array(words.dropLast()))
    guard names.count == 1, names[0].kind == .persistentVolumeClaim, let key = names[0].key(in: options.scope.namespace)
    else {
      throw UsageError("claims are resized, one at a time, not \(names[0].kind.plural): name one as pvc/NAME")
    }
    do {
      let size = try Quantity(last)
      guard size > .zero else { throw UsageError("the size \(last) is not positive") }
      return (key, size)
    } catch let error as QuantityError {
      throw UsageError("the size \"\(last)\": \(error)")
    }
  }
}
