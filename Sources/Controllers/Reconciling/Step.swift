// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// One thing to do, decided by a Decider and carried out by a loop.
///
/// Every step is safe to repeat and safe to lose: what a lost step leaves behind is a world from which the same end is
/// reached again. Steps of one decision are carried out in order; a later write of an object carries the changes of the
/// earlier ones, so the loop compares resource versions only for the first.
public enum Step: Sendable, Hashable {
  /// Create the object as a user would: admission gives it its uid, its protection and its first status. One of that name
  /// that exists already counts as success (rule P13).
  case create(Resource)
  /// Write the object's metadata and spec; its status, and whether its deletion was asked for, stay as stored. An object
  /// whose deletion was asked for goes when this leaves it without finalizers (rule T2); one that is gone counts as success.
  case update(Resource)
  /// Write the object's status; the rest stays as stored.
  case updateStatus(Resource)
  /// Ask for the object's deletion, as a user would: finalizers are respected; one that is gone counts as success.
  case delete(ObjectKey, uid: String)
  /// Take away the pod, whose deletion was asked for and which its node is done with; finalizers are respected; one that is
  /// gone counts as success.
  case remove(ObjectKey, uid: String)
  /// Tell the user.
  case emit(Notice)
  /// Act on storage; the outcome goes to Decider/followUp(_:_:on:in:at:).
  case perform(Effect)
}

/// An event to be recorded (rules EV).
public struct Notice: Sendable, Hashable {
  /// Normal or Warning.
  public let type: Event.Severity
  /// The word in the REASON column.
  public let reason: String
  /// The sentence in the MESSAGE column.
  public let message: String
  /// The object that the event is about.
  public let regarding: ObjectKey
  /// The uid of that object.
  public let uid: String
  /// Who says it, such as `persistentvolume-controller`.
  public let source: String

  /// The event `reason` about `object`.
  public init(
    _ type: Event.Severity, _ reason: String, _ message: String, about object: some KindedObject, from source: String
  ) {
    self.init(type, reason, message, about: object.key, uid: object.uid, from: source)
  }

  /// The event `reason` about the object `key` with this uid, which may be gone.
  public init(
    _ type: Event.Severity, _ reason: String, _ message: String, about key: ObjectKey, uid: String,
    from source: String
  ) {
    self.type = type
    self.reason = reason
    self.message = message
    self.regarding = key
    self.uid = uid
    self.source = source
  }
}
