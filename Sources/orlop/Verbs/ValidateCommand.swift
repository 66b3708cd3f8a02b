// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Presentation
import StorageAPI

/// `orlop validate`: whether the API would accept manifests, and what it would store.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check manifests as the API would, without a host.",
    discussion: """
      Reads strictly, sets defaults and applies Kubernetes' rules, with its messages. Needs no root and touches \
      nothing: it is the linter for CI. With --old, checks whether the objects there may be changed so. The exit \
      status is 1 when anything is refused.

      EXAMPLES:
        orlop validate -f examples/database.yaml
        orlop validate -f claim.yaml -o json
        orlop validate -f bigger.yaml --old claim.yaml
      """)

  /// How the verdicts are printed.
  enum Format: String, ExpressibleByArgument, CaseIterable { case json }

  @OptionGroup var input: ManifestOptions

  @Option(help: ArgumentHelp("The same objects as they are stored now.", valueName: "filename"))
  var old: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("Print a JSON array with one entry per object.", valueName: "format"))
  var output: Format?

  func validate() throws {
    guard !input.filename.isEmpty else { throw ValidationError("say which manifests with -f") }
  }

  func run() throws {
    let stored = try old.map { try ManifestReader.read(try InputFile.read($0)) } ?? []
    var verdicts: [(file: String, verdict: Verdict)] = []
    for file in try input.files() {
      verdicts += try Self.verdicts(on: file, stored: stored).map { (file, $0) }
    }
    switch output {
    case .json: Output.print(JSONWriter.pretty(.array(verdicts.map(\.verdict.json))))
    case nil: for (file, verdict) in verdicts { verdict.tell(file: file) }
    }
    if verdicts.contains(where: \.verdict.isRefusal) { throw ExitCode.failure }
  }

  private static func verdicts(on file: String, stored: [Manifest]) throws -> [Verdict] {
    do {
      return Verdict.all(of: try InputFile.read(file), stored: stored)
    } catch let error as StatusError {
      return [.refused(error, isUpdate: !stored.isEmpty)]
    }
  }
}

/// What the API would say to one object.
private enum Verdict {
  case accepted(Manifest, object: JSONObject, warnings: [String], isUpdate: Bool)
  case refused(StatusError, isUpdate: Bool)

  /// In place of the letters that `generateName` is completed with: the same text gives the same verdict.
  private static let nameSuffix = "xxxxx"

  var isRefusal: Bool { if case .refused = self { true } else { false } }

  /// The verdicts on the objects of `text`, some of which are `stored` already.
  static func all(of text: String, stored: [Manifest]) -> [Verdict] {
    let results = ManifestReader.results(text)
    guard !results.isEmpty else {
      let error = StatusError(.badRequest, "no objects passed to validate", hint: "the text holds nothing but comments")
      return [.refused(error, isUpdate: !stored.isEmpty)]
    }
    return results.map { result in
      switch result {
      case .failure(let error): .refused(error, isUpdate: !stored.isEmpty)
      case .success(let manifest):
        of(manifest, stored: results.count == 1 && stored.count == 1 ? stored.first : manifest.match(in: stored))
      }
    }
  }

  private static func of(_ manifest: Manifest, stored: Manifest?) -> Verdict {
    guard let kind = manifest.kind else { preconditionFailure("a checked manifest has a kind") }
    let object: JSONObject
    let result: ValidationResult
    if let stored, stored.kind == kind {
      let old = Admission.presentable(stored.object, kind)
      object = Admission.preparedUpdate(manifest.object, from: old, kind)
      result = Validation.update(object, from: old, kind)
    } else {
      object = Admission.prepared(manifest.object, kind, nameSuffix: nameSuffix)
      result = Validation.create(object, kind)
    }
    if let error = result.error(kind, name: manifest.displayName) {
      return .refused(manifest.placed(error), isUpdate: stored != nil)
    }
    return .accepted(manifest, object: object, warnings: result.warnings, isUpdate: stored != nil)
  }

  var json: JSONValue {
    switch self {
    case .accepted(_, let object, let warnings, _):
      return ["accepted": true, "object": .object(object), "warnings": .strings(warnings)]
    case .refused(let error, _):
      var entry: JSONObject = [
        "accepted": false, "code": .integer(Int64(error.code)), "reason": .string(error.reason.name),
        "message": .string(error.message),
      ]
      entry["causes"] = .array(
        error.causes.map {
          ["field": .string($0.field), "type": .string($0.type.name), "message": .string($0.message)]
        })
      entry["document"] = error.origin.map { .integer(Int64($0.document)) }
      entry["line"] = error.origin?.line.map { .integer(Int64($0)) }
      entry["hint"] = error.hint.map(JSONValue.string)
      return .object(entry)
    }
  }

  /// Prints what kubectl would print, and where the trouble is.
  func tell(file: String) {
    switch self {
    case .accepted(let manifest, let object, let warnings, let isUpdate):
      for warning in warnings { Output.complain(StatusText.warning(warning)) }
      let name = object.string("metadata", "name")
      Output.print("\(manifest.kind?.qualifiedSingular ?? "")/\(name) \(isUpdate ? "configured" : "created") (dry run)")
    case .refused(let error, let isUpdate):
      Output.complain(StatusText.text(error, while: .init(isUpdate ? "patching" : "creating", file)))
    }
  }
}

extension Manifest {
  /// The one of `manifests` that is the same object.
  fileprivate func match(in manifests: [Manifest]) -> Manifest? {
    func namespace(_ manifest: Manifest) -> String {
      let namespace = manifest.object.string("metadata", "namespace")
      return namespace.isEmpty ? Defaulting.namespace : namespace
    }
    return manifests.first { other in
      other.kind == kind && other.displayName == displayName
        && (kind?.isNamespaced == false || namespace(other) == namespace(self))
    }
  }
}
