// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

extension DescriptionText {
  /// Adds `containers` under `title`; those of a template have `margin` "  " and no `pod` to take values from.
  mutating func containers(_ title: String, _ containers: [JSONObject], of pod: JSONObject?, margin: String = "") {
    line(margin + title + ":" + (containers.isEmpty ? " <none>" : ""))
    for container in containers {
      line((margin.isEmpty ? "" : " ") + container.string("name") + ":", level: 1)
      field("Image", container.string("image"), level: 2)
      ports("Port", "containerPort", container)
      ports("Host Port", "hostPort", container)
      words("Command", container.strings("command"))
      words("Args", container.strings("args"))
      resources("Limits", container.object("resources", "limits"))
      resources("Requests", container.object("resources", "requests"))
      for (label, key) in [
        ("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe"),
      ] {
        if let probe = container.object(key) { field(label, ProbeText.of(probe), level: 2) }
      }
      environmentSources(container)
      environment(container, of: pod)
      mounts(container)
    }
  }

  private mutating func ports(_ label: String, _ key: String, _ container: JSONObject) {
    let ports = container.objects("ports").map { port in
      let text = "\(port.integer(key) ?? 0)/" + (port.optionalString("protocol") ?? "TCP")
      let name = port.string("name")
      return name.isEmpty ? text : text + " (" + name + ")"
    }
    field(
      ports.count > 1 ? label + "s" : label, ports.isEmpty ? "<none>" : ports.joined(separator: ", "), level: 2)
  }

  private mutating func words(_ label: String, _ words: [String]) {
    guard !words.isEmpty else { return }
    line(label + ":", level: 2)
    for word in words.flatMap({ $0.split(separator: "\n", omittingEmptySubsequences: false) }) {
      line(String(word), level: 3)
    }
  }

  private mutating func resources(_ label: String, _ list: JSONObject?) {
    guard let list, !list.isEmpty else { return }
    line(label + ":", level: 2)
    for member in list.members { field(member.key, member.value.cellText, level: 3) }
  }

  private mutating func mounts(_ container: JSONObject) {
    let mounts = container.objects("volumeMounts").sorted { $0.string("mountPath") < $1.string("mountPath") }
    line(mounts.isEmpty ? "Mounts:\t<none>" : "Mounts:", level: 2)
    for mount in mounts {
      var flags = mount.flag("readOnly") ? "ro" : "rw"
      let subPath = mount.string("subPath")
      if !subPath.isEmpty { flags += ",path=" + JSONWriter.compact(.string(subPath)) }
      line(mount.string("mountPath") + " from " + mount.string("name") + " (" + flags + ")", level: 3)
    }
    let devices = container.objects("volumeDevices").sorted { $0.string("devicePath") < $1.string("devicePath") }
    guard !devices.isEmpty else { return }
    line(mounts.isEmpty ? "Devices:\t<none>" : "Devices:", level: 2)
    for device in devices { line(device.string("devicePath") + " from " + device.string("name"), level: 3) }
  }
}

/// A probe in one line.
enum ProbeText {
  /// What `probe` tries, and when.
  static func of(_ probe: JSONObject) -> String {
    let times = [
      "delay=\(probe.integer("initialDelaySeconds") ?? 0)s", "timeout=\(probe.integer("timeoutSeconds") ?? 1)s",
      "period=\(probe.integer("periodSeconds") ?? 10)s", "#success=\(probe.integer("successThreshold") ?? 1)",
      "#failure=\(probe.integer("failureThreshold") ?? 3)",
    ].joined(separator: " ")
    return action(of: probe) + " " + times
  }

  private static func action(of probe: JSONObject) -> String {
    if let exec = probe.object("exec") { return "exec " + Description.bracketed(exec.strings("command")) }
    if let get = probe.object("httpGet") {
      let path = get.string("path")
      let scheme = (get.optionalString("scheme") ?? "HTTP").lowercased()
      let address = scheme + "://" + get.string("host") + ":" + (get["port"]?.cellText ?? "")
      return "http-get " + address + (path.isEmpty || path.hasPrefix("/") ? path : "/" + path)
    }
    if let socket = probe.object("tcpSocket") {
      return "tcp-socket " + socket.string("host") + ":" + (socket["port"]?.cellText ?? "")
    }
    if let grpc = probe.object("grpc") {
      return "grpc <pod>:\(grpc.integer("port") ?? 0) " + grpc.string("service")
    }
    return "unknown"
  }
}
