// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Has the volumes of this node's pods published and taken away again: the kubelet's view of one pod (rules M, T14).
public struct PodPublisher: Decider {
  /// Its name in logs.
  public let name = "pod-publisher"
  /// It decides about pods.
  public let kind = Kind.pod
  private static let source = "kubelet"
  private let node: HostNode
  private let planner: PublishPlanner

  /// A publisher of the pods of `node`, where volumes of the CSI `drivers` can be mounted.
  public init(node: HostNode, drivers: Set<String> = [WellKnown.orlop]) {
    self.node = node
    planner = PublishPlanner(node: node, drivers: drivers)
  }

  /// Whether the pod's volumes can be published now, or have to be taken away.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let pod = world.pod(key) else { return Decision(Reason("M5", "the pod is gone")) }
    guard !pod.nodeName.isEmpty else { return Decision(Reason("M1", "the pod waits for a node")) }
    guard pod.nodeName == node.name else { return decideOnForeign(pod, in: world) }
    guard !pod.isTerminating else {
      return Decision(
        Reason("M5", "the pod is being deleted: its mounts go first"), [.perform(.unpublish(pod: key, uid: pod.uid))])
    }
    guard !pod.isFinished else { return decideOnFinished(pod) }
    guard !pod.isPublished else { return Decision(Reason("M20", "the pod's volumes are published")) }
    switch planner.result(for: pod, in: world) {
    case .ready(let plan):
      // Said before it is done, so that a second pod keeps off a volume for one even if this process dies (rule M9).
      let told = pod.publishing(at: now)
      let status = told == pod ? [] : [Step.updateStatus(Resource(told))]
      return Decision(Reason("M1", "every volume of the pod is ready"), status + [.perform(.publish(plan))])
    case .blocked(let problems): return decision(on: pod, blockedBy: problems, at: now)
    }
  }

  /// Pods of other nodes are left alone, but for one that is being deleted on a node that does not exist.
  private func decideOnForeign(_ pod: Pod, in world: World) -> Decision {
    guard pod.isTerminating, world.object(ObjectKey(.node, name: pod.nodeName)) == nil else {
      return Decision(Reason("M1", "the pod belongs to the node \(pod.nodeName)"))
    }
    return Decision(
      Reason("M5", "the pod is being deleted and there is no node \(pod.nodeName)"), [.remove(pod.key, uid: pod.uid)])
  }

  private func decideOnFinished(_ pod: Pod) -> Decision {
    guard pod.isPublished else { return Decision(Reason("T3", "the pod has run to its end")) }
    return Decision(
      Reason("M5", "the pod has run to its end: its mounts go"), [.perform(.unpublish(pod: pod.key, uid: pod.uid))])
  }

  private func decision(on pod: Pod, blockedBy problems: [VolumeProblem], at now: Timestamp) -> Decision {
    let messages = VolumeProblem.messages(problems)
    let text = messages.joined(separator: "; ")
    return Decision(
      Reason("M3", text), tellingOf(messages, on: pod, reason: "VolumesNotReady", at: now))
  }

  /// The pod's status, and an event for each of `messages` when they are news.
  private func tellingOf(_ messages: [String], on pod: Pod, reason: String, at now: Timestamp) -> [Step] {
    let text = messages.joined(separator: "; ")
    let next = pod.waiting(StatusCondition(.volumesReady, false, reason: reason, message: text), at: now)
    let events = messages.map { Step.emit(Notice(.warning, "FailedMount", $0, about: pod, from: Self.source)) }
    return next == pod ? [] : [.updateStatus(Resource(next))] + events
  }

  // MARK: - Afterwards

  /// Writes down how publishing or unpublishing has ended.
  public func followUp(
    _ effect: Effect, _ outcome: Outcome, on key: ObjectKey, in world: World, at now: Timestamp
  ) -> Decision {
    guard let pod = world.pod(key) else { return Decision(Reason("M5", "the pod is gone")) }
    switch effect {
    case .publish(let plan):
      guard pod.uid == plan.uid else { return Decision(Reason("M5", "the pod has been replaced")) }
      return afterPublishing(plan, outcome, pod, at: now)
    case .unpublish(_, let uid):
      guard pod.uid == uid else { return Decision(Reason("M5", "the pod has been replaced")) }
      return afterUnpublishing(outcome, pod, at: now)
    case .provision, .deleteBackend, .recycle, .snapshot, .deleteSnapshot, .expand:
      return Decision(Reason("M5", "no concern of pods"))
    }
  }

  private func afterPublishing(
    _ plan: PublishPlan, _ outcome: Outcome, _ pod: Pod, at now: Timestamp
  ) -> Decision {
    switch outcome {
    case .done, .provisioned, .snapshotted, .expanded:
      let remark =
        plan.unserved.isEmpty ? "" : "not served here, and empty: " + plan.unserved.joined(separator: ", ")
      return Decision(
        Reason("M6", "the pod's volumes are published"), [.updateStatus(Resource(pod.running(remark: remark, at: now)))]
      )
    case .failed(let failure):
      let text = message(of: failure, plan)
      let events = [Step.emit(Notice(.warning, "FailedMount", text, about: pod, from: Self.source))]
      let next = pod.failing(text, at: now)
      return Decision(Reason("M7", text), (next == pod ? [] : [.updateStatus(Resource(next))]) + events, retries: true)
    }
  }

  private func message(of failure: EffectFailure, _ plan: PublishPlan) -> String {
    let blamed = plan.volumes.first { $0.name == failure.volume } ?? (plan.volumes.count == 1 ? plan.volumes[0] : nil)
    if let blamed { return "MountVolume.SetUp failed for volume \"\(blamed.specName)\" : \(failure.message)" }
    let names = plan.volumes.map(\.name).sorted().joined(separator: " ")
    return "Unable to attach or mount volumes: unmounted volumes=[\(names)], unattached volumes=[], failed to process "
      + "volumes=[]: \(failure.message)"
  }

  private func afterUnpublishing(_ outcome: Outcome, _ pod: Pod, at now: Timestamp) -> Decision {
    switch outcome {
    case .done, .provisioned, .snapshotted, .expanded:
      guard !pod.isTerminating else {
        return Decision(Reason("M5", "the pod's mounts are gone"), [.remove(pod.key, uid: pod.uid)])
      }
      var finished = pod
      finished.state(StatusCondition(.volumesReady, false, reason: "PodCompleted"), at: now)
      finished.state(StatusCondition(.ready, false, reason: "PodCompleted"), at: now)
      return Decision(Reason("M5", "the finished pod's mounts are gone"), [.updateStatus(Resource(finished))])
    case .failed(let failure):
      let notice = Notice(.warning, "FailedUnmount", failure.message, about: pod, from: Self.source)
      return Decision(Reason("M21", failure.message), [.emit(notice)], retries: true)
    }
  }
}
