// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import Presentation
import StorageAPI

/// Shows the objects of one kind, and then each change of them, until it is interrupted.
struct ObjectWatch {
  let query: ObjectQuery
  let format: OutputFormat
  let options: TablePrinter.Options

  func run(_ client: some Client) async throws {
    guard let kind = query.kinds.first, query.kinds.count == 1 else {
      throw UsageError("you may only specify a single resource type with --watch")
    }
    var printer = TablePrinter(kind, options: options)
    let answer = try await query.answer(of: client)
    if let refusal = answer.refusals.first { throw refusal }
    try show(answer.objects, &printer)
    let namespace = kind.isNamespaced ? query.namespace : nil
    let version: Int64
    if let listed = answer.groups.first?.version, listed > 0 {
      version = listed
    } else {
      version = try await client.list(kind, namespace: namespace).version
    }
    for try await change in client.watch(kind, namespace: namespace, after: version) where query.matches(change.object)
    {
      try show([change.object], &printer)
    }
  }

  private func show(_ objects: [Resource], _ printer: inout TablePrinter) throws {
    guard !objects.isEmpty else { return }
    if case .yaml = format {
      for object in objects { Output.put("---\n" + ObjectOutput.yaml([object], isSingle: true)) }
    } else if try format.document([], isSingle: false) == nil {
      Output.put(printer.print(objects, now: Clock.now()))
    } else {
      for object in objects {
        Output.put(try format.document([object], isSingle: true, showsHeadings: options.showsHeadings) ?? "")
      }
    }
  }
}
