// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import LinuxStorage
internal import Controllers
internal import ObjectStore
public import StorageAPI
internal import Volumes

/// The client that does the work itself, in this process, without a daemon.
///
/// Reading takes no lock and changes nothing; the store stays open for it. The first change takes the store's lock, which this client keeps until it
/// goes, finishes what an earlier process left half-done, and goes on from there.
public actor LocalClient: Client {
  private let executor = SerialQueue(label: "orlop.client")
  /// The thread that the client's work is done on: it blocks, so it is none of the shared pool's.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let settings: Settings
  let lifecycle: VolumeLifecycle
  private let clock: @Sendable () -> Timestamp
  var session: Session?
  /// The store, opened for reading by the first look at it; nil while there is a session, which reads, too.
  private var reader: Ledger?

  /// The objects and volumes of this host, as `settings` say where they are.
  ///
  /// - Parameters:
  ///   - clock: the time, for what is stored.
  ///   - progress: is told, on any thread, how far long work has come.
  public init(
    settings: Settings, host: any StorageHost, clock: @escaping @Sendable () -> Timestamp,
    progress: @escaping @Sendable (WorkProgress) -> Void = { _ in }
  ) {
    self.settings = settings
    self.clock = clock
    lifecycle = VolumeLifecycle(
      layout: HostLayout(state: settings.state, pools: settings.pools, run: settings.run), host: host,
      progress: { progress(WorkProgress(subject: $0.subject, done: $0.done, total: $0.total)) })
  }

  /// The right to change objects; opened by the first change.
  func writing() async throws -> Session {
    if let session { return session }
    // First: a file that is opened and closed again loses the locks of all who have it open in this process (fcntl(2)).
    reader = nil
    let opened = try await Session.open(settings, lifecycle, clock)
    session = opened
    return opened
  }

  /// What `body` makes of the stored objects; `missing` where there is no store yet.
  func reading<Value: Sendable>(
    orWithout missing: Value, _ body: @Sendable (LedgerReader) throws -> Value
  ) throws -> Value {
    do {
      if let session { return try session.ledger.read(body) }
      if reader?.isCurrent != true {
        reader = nil
        reader = try Ledger.open(at: settings.state, mode: .readOnly)
      }
      return try reader?.read(body) ?? missing
    } catch let error as LedgerError where error.code == .notFound {
      return missing
    }
  }

  /// The changes after `version`, and the version that they lead to.
  func news(
    after version: Int64, of kind: Kind, namespace: String?
  ) throws -> (changes: [ObjectStore.Change], version: Int64) {
    try reading(orWithout: ([], version)) { reader in
      (try reader.changes(after: version, of: kind, namespace: namespace), try reader.currentVersion())
    }
  }

  // MARK: - Objects

  /// The stored object; what has not been written yet is NotFound.
  public func get(_ key: ObjectKey) async throws -> Resource {
    guard let object = try reading(orWithout: nil, { try $0.get(key) }) else { throw StatusError.notFound(key) }
    return object
  }

  /// The stored objects; none where there is no store yet.
  public func list(_ kind: Kind, namespace: String?) async throws -> Listing {
    try reading(orWithout: Listing(objects: [], version: 0)) {
      Listing(objects: try $0.list(kind, namespace: namespace), version: try $0.currentVersion())
    }
  }

  /// Creates an object in one transaction.
  public func create(_ object: Resource, options: WriteOptions) async throws -> Written {
    try await writing().change(options) { try $0.create(object) }
  }

  /// Replaces an object in one transaction.
  public func update(_ object: Resource, options: WriteOptions) async throws -> Written {
    try await writing().change(options) { try $0.update(object) }
  }

  /// Asks for a deletion in one transaction.
  public func delete(_ key: ObjectKey, options: WriteOptions) async throws {
    _ = try await writing().change(options) { try $0.delete(key) }
  }

  /// Runs the loop in this process until nothing more changes or only time can help.
  public func settle() async throws {
    let session = try await writing()
    try await session.loop.settle()
    // A volume that an earlier process began may have been wanted until just now.
    try await Replay(ledger: session.ledger, lifecycle: lifecycle, clock: clock).run(only: [.create])
  }

  /// The changes that any process makes to the store.
  public nonisolated func watch(
    _ kind: Kind, namespace: String?, after version: Int64
  ) -> AsyncThrowingStream<ObjectChange, any Error> {
    LedgerWatch(client: self, vigil: vigil(), kind: kind, namespace: namespace).changes(after: version)
  }

  /// The changes of objects of `kind` after `version`, and the version that they lead to. Throws when `version` is too long ago.
  public func changes(of kind: Kind, after version: Int64) throws -> (changes: [ObjectChange], version: Int64) {
    let news = try news(after: version, of: kind, namespace: nil)
    return (news.changes.map(ObjectChange.init), news.version)
  }

  /// A vigil over the store, for one who waits for what other processes do.
  public nonisolated func vigil() -> Vigil { Vigil(state: settings.state) }

  /// Why the object is not further, from the stored objects and from the kernel.
  public func explanation(of key: ObjectKey) async throws -> [String] {
    var reconciler = Reconciler(deciders: [])
    for object in try reading(orWithout: [], { try $0.all() }) { reconciler.observe(.put(object)) }
    let explanation = Explanation(world: reconciler.world, settings: settings, lifecycle: lifecycle, now: clock())
    return await explanation.lines(about: key)
  }

  // MARK: - The host

  /// What the records beside the data and the kernel say.
  public func volumes() async throws -> [VolumeReport] { try await lifecycle.reports() }

  /// The storage roots as they are now.
  public func pools() async throws -> [PoolReport] { try await lifecycle.pools().map(PoolReport.init) }

  /// Where the kernel says that the volume is mounted for the pod, or for a pod of the workload.
  public func path(of volume: String, in key: ObjectKey) async throws -> String {
    let pods: [ObjectKey] = key.kind == .pod ? [key] : try await podKeys(of: key)
    var refusal: (any Error)?
    for pod in pods {
      do {
        return try await lifecycle.path(
          ofVolume: volume, in: try SandboxName(namespace: pod.namespace, name: pod.name))
      } catch {
        refusal = refusal ?? error
      }
    }
    throw refusal
      ?? EngineError(.notPublished, "\(key) has no pod; see `orlop describe \(key.kind.singular) \(key.name)`")
  }

  /// The pods of the workload `key`, by name.
  private func podKeys(of key: ObjectKey) async throws -> [ObjectKey] {
    let owner = try await get(key)
    return try await list(.pod, namespace: key.namespace).objects
      .filter { $0.metadata.controller?.uid == owner.uid && !$0.isTerminating }
      .compactMap(\.key)
  }
}
