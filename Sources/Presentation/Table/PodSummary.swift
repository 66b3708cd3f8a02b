// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// A pod's state in three words: how many containers are ready, what it does, how often it began anew.
struct PodSummary {
  let json: JSONObject

  private var statuses: [JSONObject] { json.objects("status", "containerStatuses") }
  private var conditions: [JSONObject] { json.objects("status", "conditions") }

  private func holds(_ condition: String) -> Bool {
    conditions.contains { $0.string("type") == condition && $0.string("status") == "True" }
  }

  /// `ready/all`. Orlop runs no containers: where none has a status, all are as ready as the pod's volumes.
  var ready: String {
    let all = json.objects("spec", "containers").count
    let ready = statuses.isEmpty ? (holds("VolumesReady") ? all : 0) : statuses.count { $0.flag("ready") }
    return "\(ready)/\(all)"
  }

  /// The phase, or what is more telling: why a container waits or ended, or that the pod goes.
  var status: String {
    let phase = json.string("status", "phase")
    let isFinished = phase == "Succeeded" || phase == "Failed"
    if Resource(json: json).isTerminating && !isFinished { return "Terminating" }
    if conditions.contains(where: { $0.string("reason") == "SchedulingGated" }) { return "SchedulingGated" }
    let reason = json.string("status", "reason")
    var status = reason.isEmpty ? phase : reason
    var isRunning = false
    for container in statuses.reversed() {
      if let reason = Self.reason(of: container) {
        status = reason
      } else if container.flag("ready") && container.object("state", "running") != nil {
        isRunning = true
      }
    }
    guard status == "Completed" && isRunning else { return status }
    return holds("Ready") ? "Running" : "NotReady"
  }

  /// Why `container` does not run, or nil when it does.
  private static func reason(of container: JSONObject) -> String? {
    let waiting = container.string("state", "waiting", "reason")
    if !waiting.isEmpty { return waiting }
    guard let end = container.object("state", "terminated") else { return nil }
    if !end.string("reason").isEmpty { return end.string("reason") }
    let signal = end.integer("signal") ?? 0
    return signal == 0 ? "ExitCode:\(end.integer("exitCode") ?? 0)" : "Signal:\(signal)"
  }

  /// The number of restarts, and how long ago the last one was.
  func restarts(now: Timestamp) -> String {
    let count = statuses.reduce(0) { $0 + ($1.integer("restartCount") ?? 0) }
    let last = statuses.compactMap { Timestamp($0.string("lastState", "terminated", "finishedAt")) }.max()
    guard count > 0, let last else { return String(count) }
    return "\(count) (\(Age.since(last, now: now)) ago)"
  }

  /// `passed/all` readiness gates, or `<none>`.
  var readinessGates: String {
    let gates = json.objects("spec", "readinessGates").map { $0.string("conditionType") }
    return gates.isEmpty ? "<none>" : "\(gates.count(where: holds))/\(gates.count)"
  }
}
