// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Gives pods their node, and has their waiting claims bound or provisioned for it: the scheduler of one node (rules W).
public struct Scheduler: Decider {
  /// Its name in logs.
  public let name = "scheduler"
  /// It decides about pods.
  public let kind = Kind.pod
  private static let source = "default-scheduler"
  /// How long a pod waits after a volume for it could not be made, in seconds (rule W13).
  private static let pause: Int64 = 10
  private let node: HostNode

  /// A scheduler for `node` alone.
  public init(node: HostNode) { self.node = node }

  /// Whether the pod can have the node now, and what has to happen before.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let pod = world.pod(key) else { return Decision(Reason("W6", "the pod is gone")) }
    guard pod.nodeName.isEmpty else { return Decision(Reason("W6", "the pod has the node \(pod.nodeName)")) }
    guard !pod.isTerminating, !pod.isFinished else { return Decision(Reason("W6", "the pod needs no node any more")) }
    guard pod.isForDefaultScheduler else { return Decision(Reason("W6", "the pod is for another scheduler")) }
    do throws(SchedulingFailure) {
      let claims = try ClaimSurvey(pod, in: world)
      try checkNode(for: pod, claims, in: world)
      let choice = try VolumeChoice(claims.delayed, on: node, in: world)
      guard claims.delayed.isEmpty else { return wait(pod, for: choice, at: now) }
      return assign(pod, at: now)
    } catch {
      return refuse(pod, error, at: now)
    }
  }

  /// What rules the node out for the pod and its bound claims (rules W14, W16).
  private func checkNode(for pod: Pod, _ claims: ClaimSurvey, in world: World) throws(SchedulingFailure) {
    if world.object(ObjectKey(.node, name: node.name))?.json.flag("spec", "unschedulable") == true {
      throw .unschedulable
    }
    guard node.suits(pod, in: world) else { throw .wrongNode }
    for claim in claims.bound + claims.delayed
    where claim.accessModes.contains(AccessMode.readWriteOncePod.rawValue) {
      let users = world.pods(using: claim.key)
      guard !users.contains(where: { $0.uid != pod.uid && !$0.nodeName.isEmpty && !$0.isFinished }) else {
        throw .inUse
      }
    }
    var reasons: [String] = []
    for claim in claims.bound {
      guard let volume = world.volume(claim.volumeName) else {
        reasons.append(SchedulingFailure.volumeGone)
        continue
      }
      if !node.suits(volume, in: world) { reasons.append(SchedulingFailure.volumeElsewhere) }
    }
    guard reasons.isEmpty else { throw .onNode(rule: "W14", Set(reasons).sorted()) }
  }

  // MARK: - Answers

  private func assign(_ pod: Pod, at now: Timestamp) -> Decision {
    var assigned = pod
    assigned.nodeName = node.name
    var told = assigned
    if told.phase.isEmpty { told.phase = "Pending" }
    told.state(StatusCondition(.scheduled, true), at: now)
    let message = "Successfully assigned \(pod.key.qualifiedName) to \(node.name)"
    return Decision(
      Reason("W12", message),
      [
        .update(Resource(assigned)), .updateStatus(Resource(told)),
        .emit(Notice(.normal, "Scheduled", message, about: pod, from: Self.source)),
      ])
  }

  /// Has the claims bound; the pod gets its node when they are (rule W12).
  private func wait(_ pod: Pod, for choice: VolumeChoice, at now: Timestamp) -> Decision {
    let forsaken = choice.toProvision.first { $0.annotation(WellKnown.selectedNode) == nil }
    if let forsaken, pod.reason(of: .scheduled) == Waiting.forVolumes {
      return refuseAfterFailure(pod, forsaken, at: now)
    }
    if pod.reason(of: .scheduled) == Waiting.afterFailure, let failed = pod.since(.scheduled),
      now.seconds < failed.seconds + Self.pause
    {
      return Decision(Reason("W13", pod.message(of: .scheduled)), retries: true)
    }
    let names = (choice.matches.map(\.claim) + choice.toProvision).map(\.name).joined(separator: ", ")
    let text = "waiting for the volumes of the claims \(names)"
    var told = pod
    if told.phase.isEmpty { told.phase = "Pending" }
    told.state(StatusCondition(.scheduled, false, reason: Waiting.forVolumes, message: text), at: now)
    return Decision(
      Reason("W12", text), (told == pod ? [] : [.updateStatus(Resource(told))]) + choice.steps(for: node))
  }

  /// Notes that no volume could be made for `claim`, whose node was taken back (rule W13).
  private func refuseAfterFailure(_ pod: Pod, _ claim: PersistentVolumeClaim, at now: Timestamp) -> Decision {
    let text =
      "running PreBind plugin \"VolumeBinding\": binding volumes: provisioning failed for PVC \"\(claim.name)\""
    return tell(pod, Reason("W13", text), reason: Waiting.afterFailure, text, at: now, retries: true)
  }

  private func refuse(_ pod: Pod, _ failure: SchedulingFailure, at now: Timestamp) -> Decision {
    tell(pod, Reason(failure.rule, failure.message), reason: "Unschedulable", failure.message, at: now, retries: false)
  }

  /// Says on the pod, and once in an event, why it has no node.
  private func tell(
    _ pod: Pod, _ why: Reason, reason: String, _ message: String, at now: Timestamp, retries: Bool
  ) -> Decision {
    var told = pod
    told.phase = "Pending"
    told.state(StatusCondition(.scheduled, false, reason: reason, message: message), at: now, isNews: retries)
    guard told != pod else { return Decision(why, retries: retries) }
    return Decision(
      why,
      [
        .updateStatus(Resource(told)),
        .emit(Notice(.warning, "FailedScheduling", message, about: pod, from: Self.source)),
      ], retries: retries)
  }

  /// The reasons of the condition that remember how far a pod has come.
  private enum Waiting {
    static let forVolumes = "WaitingForVolumes"
    static let afterFailure = "SchedulerError"
  }
}

extension Pod {
  /// Whether nobody has asked for another scheduler or for the pod to be held back.
  fileprivate var isForDefaultScheduler: Bool {
    ["", "default-scheduler"].contains(json.string("spec", "schedulerName"))
      && json.objects("spec", "schedulingGates").isEmpty
  }
}
