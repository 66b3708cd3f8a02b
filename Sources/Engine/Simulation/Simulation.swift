// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import Controllers
public import StorageAPI

/// What the controllers would make of a set of objects: they run over a copy, with storage on paper, until nothing changes.
///
/// It is the what-if tool for users and the door for tables of behaviour: the deciders and the reconciler are those of the
/// real engine.
public struct Simulation: Sendable {
  /// What comes in and what is simulated.
  public struct Options: Sendable {
    /// The provisioner names that have a simulated storage system behind them.
    public var provisioners: Set<String>
    /// Controllers beyond those of claims and volumes, such as a scheduler.
    public var furtherDeciders: [any Decider]
    /// The time when the simulation begins.
    public var now: Timestamp
    /// Where new uids come from; each must be new.
    public var newUID: @Sendable () -> String

    /// Options for a simulation that begins at `now`.
    public init(
      provisioners: Set<String> = [], furtherDeciders: [any Decider] = [], now: Timestamp,
      newUID: @escaping @Sendable () -> String
    ) {
      self.provisioners = provisioners
      self.furtherDeciders = furtherDeciders
      self.now = now
      self.newUID = newUID
    }
  }

  private static let mostRounds = 1000
  let provisioners: Set<String>
  private(set) var deciders: [any Decider]
  private let now: Timestamp
  private let newUID: @Sendable () -> String
  private var store: SimulatedStore
  private var reconciler: Reconciler
  private var log = EventLog()
  private var changes = 0

  /// A simulation without objects.
  public init(_ options: Options) {
    let settings = ControllerSettings(servedProvisioners: options.provisioners, hasInTreePlugins: true)
    now = options.now
    newUID = options.newUID
    store = SimulatedStore(newUID: options.newUID)
    provisioners = options.provisioners
    deciders = VolumeControllers.allAsInKubernetes(settings) + options.furtherDeciders
    reconciler = Reconciler(deciders: deciders)
  }

  /// Takes `object` over: one with a uid exactly as it stands, one without as if it were created now.
  ///
  /// - Throws: ``StatusError`` when its kind is unknown, one of that name is there already, or the API refuses it.
  public mutating func add(_ object: Resource) throws(StatusError) {
    guard let kind = object.kind else {
      throw StatusError(
        .badRequest,
        "no matches for kind \"\(object.json.string("kind"))\" in version "
          + "\"\(object.json.string("apiVersion"))\"")
    }
    var object = object
    if object.uid.isEmpty { Admission.setName(of: &object.json, suffix: String(newUID().suffix(5))) }
    if kind.isNamespaced && object.namespace.isEmpty {
      object.json.set(.string(Defaulting.namespace), "metadata", "namespace")
    }
    let key = ObjectKey(kind, namespace: object.namespace, name: object.name)
    guard store.objects[key] == nil else {
      throw StatusError(.alreadyExists, "\(kind.qualifiedPlural) \"\(key.name)\" already exists")
    }
    if object.uid.isEmpty {
      _ = try create(object, at: key)
    } else {
      store.place(object, at: key)
    }
    observe(key)
  }

  /// Runs the controllers until a look at every object changes nothing; back-offs and resyncs cost no time.
  ///
  /// - Throws: ``EngineError`` when that never happens.
  public mutating func run() throws(EngineError) {
    follow(deciders)
    reconciler.resync()
    for _ in 0..<Self.mostRounds {
      changes = 0
      drain()
      guard changes > 0 else { return }
      reconciler.resync()
    }
    throw EngineError(.failed, "the objects do not settle: after \(Self.mostRounds) rounds they still change")
  }

  /// The objects that exist now, sorted by kind, namespace and name.
  public var objects: [Resource] {
    Kind.all.flatMap { kind in reconciler.world.keys(of: kind).compactMap(reconciler.world.object) }
  }

  /// The world as the controllers see it now.
  public var world: World { reconciler.world }

  /// The new events, in order of their first appearance.
  public var events: [Resource] { log.events(at: now) }

  /// Goes on with the controllers `deciders`, which look at volumes before claims, in whatever order they came.
  mutating func follow(_ deciders: [any Decider]) {
    self.deciders = deciders
    reconciler = Reconciler(deciders: deciders, world: world)
  }

  private mutating func drain() {
    while let turn = reconciler.next(at: now) {
      carryOut(turn.decision.steps, of: turn)
      reconciler.finish(turn, at: now)
    }
  }

  private mutating func carryOut(_ steps: [Step], of turn: Reconciler.Turn) {
    for step in steps {
      switch step {
      case .create(let object):
        guard let key = object.key else { continue }
        do { note(try create(object, at: key), key) } catch { return report(error, of: key, in: turn) }
      case .update(let object): object.key.map { note(store.update(object, at: $0), $0) }
      case .updateStatus(let object): object.key.map { note(store.updateStatus(object, at: $0), $0) }
      case .delete(let key, let uid), .remove(let key, let uid): note(store.delete(key, uid: uid, now: now), key)
      case .emit(let notice): log.add(notice)
      case .perform(let effect):
        let outcome = SimulatedStorage.perform(effect)
        carryOut(reconciler.followUp(turn, effect, outcome, at: now).steps, of: turn)
      }
    }
  }

  /// What the API refuses is not there, and what would follow from it does not happen.
  private mutating func report(_ refusal: StatusError, of key: ObjectKey, in turn: Reconciler.Turn) {
    let object = world.object(turn.key) ?? Resource(json: [:])
    log.add(Notice(refusal: refusal, of: key, to: turn, object))
  }

  private mutating func create(_ object: Resource, at key: ObjectKey) throws(StatusError) -> Bool {
    let defaultClass = key.kind == .persistentVolumeClaim ? world.defaultClass?.name : nil
    return try store.create(object, at: key, now: now, defaultClass: defaultClass)
  }

  private mutating func note(_ hasChanged: Bool, _ key: ObjectKey) {
    guard hasChanged else { return }
    changes += 1
    observe(key)
  }

  private mutating func observe(_ key: ObjectKey) {
    reconciler.observe(store.objects[key].map { .put($0) } ?? .removed(key))
  }
}
