// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import Presentation
import StorageAPI

#if canImport(Glibc)
  import Glibc
#endif

/// `orlop simulate`: what would become of these objects.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Show what would become of a set of objects, without touching the host.",
    discussion: """
      Runs the controllers over a copy of the objects in the files, with storage that exists only on paper, until \
      nothing changes; then prints the objects and the events. Objects without a uid are created as 'orlop create' \
      would do it; objects with one are taken exactly as they stand, so that the output of 'orlop get -o json' can be \
      changed and tried.

      EXAMPLES:
        orlop simulate -f examples/static-claimref.yaml
        orlop simulate -f class.yaml -f claim.yaml --provisioner storage.example.com
        orlop simulate -f pods.yaml --schedule
        orlop get sc,pv,pvc,pods -A -o json | orlop simulate -f - -o json
      """)

  @OptionGroup var input: ManifestOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("\(OutputFormat.words).", valueName: "format")) var output: String?

  @Option(help: ArgumentHelp("A provisioner that has simulated storage behind it; may be repeated.", valueName: "name"))
  var provisioner: [String] = []

  @Flag(help: "Schedule pods, make those of Deployments and StatefulSets, and show them running.")
  var schedule = false

  @Option(help: ArgumentHelp("The node that pods are scheduled on; by default the only Node given.", valueName: "name"))
  var node: String?

  func validate() throws {
    guard !input.filename.isEmpty else { throw ValidationError("say which manifests with -f") }
    guard schedule || node == nil else { throw ValidationError("--node goes with --schedule") }
  }

  func run() throws {
    let format = try OutputFormat(output)
    let options = Simulation.Options(
      provisioners: Set(provisioner), now: Timestamp(seconds: Int64(time(nil))), newUID: RandomUID.make)
    var simulation = Simulation(options)
    for path in try input.files() {
      do {
        try simulation.add(text: try InputFile.read(path))
      } catch let error as StatusError {
        throw ManifestError(text: StatusText.text(error, while: .init("reading", path)))
      }
    }
    if schedule { try simulation.schedule(on: node, orElse: Settings().nodeName) }
    try simulation.run()
    try show(simulation, format)
  }

  private func show(_ simulation: Simulation, _ format: OutputFormat) throws {
    if case .json = format { return Output.print(JSONWriter.pretty(simulation.list)) }
    let all = simulation.objects + simulation.events
    if let document = try format.document(all, isSingle: false) { return Output.put(document) }
    var options = TablePrinter.Options()
    options.isWide = output == "wide"
    options.showsNamespace = Set(all.map(\.namespace)).subtracting([""]).count > 1
    options.showsKind = true
    let now = Timestamp(seconds: Int64(time(nil)))
    let tables = Kind.all.compactMap { kind -> String? in
      let objects = all.filter { $0.kind == kind }
      guard !objects.isEmpty else { return nil }
      var printer = TablePrinter(kind, options: options)
      return printer.print(objects, now: now)
    }
    Output.put(tables.joined(separator: "\n"))
  }
}
