// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Describes one object at length, as `kubectl describe` does.
public struct Description: Sendable {
  /// What a description tells beyond the object itself.
  public struct Context: Sendable {
    /// The moment from which ages are counted.
    public var now: Timestamp
    /// Events, of this object and of others; nil leaves the section out.
    public var events: [Resource]?
    /// The pods among which users of a claim, pods of a workload and pods on a node are looked for.
    public var pods: [Resource]
    /// Why the object is as it is, one sentence a line; the section is left out when there is none.
    public var why: [String]

    /// A description at `now` of an object about which nothing more is known.
    public init(now: Timestamp, events: [Resource]? = [], pods: [Resource] = [], why: [String] = []) {
      self.now = now
      self.events = events
      self.pods = pods
      self.why = why
    }
  }

  let json: JSONObject
  let context: Context
  var out = DescriptionText()

  /// The text that describes `object`; it ends with a newline.
  public static func text(of object: Resource, _ context: Context) -> String {
    var description = Description(json: object.json, context: context)
    description.body(of: object.kind)
    if object.kind != .namespace { description.events() }
    if !context.why.isEmpty {
      description.out.line("Why:")
      for reason in context.why { description.out.line(reason, level: 1) }
    }
    return description.out.aligned
  }

  private init(json: JSONObject, context: Context) {
    self.json = json
    self.context = context
  }

  private mutating func body(of kind: Kind?) {
    switch kind {
    case .storageClass: storageClass()
    case .volumeAttributesClass: volumeAttributesClass()
    case .persistentVolume: volume()
    case .persistentVolumeClaim: claim()
    case .pod: pod()
    case .deployment: deployment()
    case .statefulSet: statefulSet()
    case .namespace: namespace()
    case .node: node()
    default: anything()
    }
  }

  // MARK: - What several kinds have

  var labels: JSONObject? { json.object("metadata", "labels") }
  var annotations: JSONObject? { json.object("metadata", "annotations") }

  /// `Terminating (lasts 21s)` once deletion has been asked for, else the phase.
  var phaseOrTerminating: String {
    guard Resource(json: json).isTerminating else { return json.string("status", "phase") }
    return "Terminating (lasts \(Age.since(Resource(json: json).metadata.deletionTimestamp, now: context.now)))"
  }

  var creation: String { CalendarText.text(Resource(json: json).metadata.creationTimestamp) }

  /// The finalizers in brackets.
  var finalizers: String { Self.bracketed(json.strings("metadata", "finalizers")) }

  static func bracketed(_ values: [String]) -> String { "[" + values.joined(separator: " ") + "]" }

  // MARK: - Events

  /// The events about this object, the oldest first, with how often each came (rule EV30).
  private mutating func events() {
    guard let all = context.events else { return }
    let own = EventOrder.about(Resource(json: json), in: all)
    guard !own.isEmpty else { return out.field("Events", "<none>") }
    out.line("Events:")
    // The dashes under Age are one longer than the word.
    out.heading(["Type", "Reason", "Age", "From", "Message"], dashes: [4, 6, 4, 4, 7])
    for event in own {
      let source = event.json.string("source", "component")
      let path = event.json.string("involvedObject", "fieldPath")
      let message = Event(json: event.json).trimmedMessage
      out.row([
        event.json.string("type"), event.json.string("reason"), EventTimes(json: event.json).summary(now: context.now),
        source.isEmpty ? event.json.string("reportingComponent") : source,
        path.isEmpty ? message : path + ": " + message,
      ])
    }
  }
}
