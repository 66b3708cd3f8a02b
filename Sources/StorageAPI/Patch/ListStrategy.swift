// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// How two versions of a list become one, for the lists of the kinds that Orlop knows.
enum ListStrategy: Sendable, Hashable {
  /// The new list replaces the old one.
  case replaced
  /// Elements are strings; each is there or not.
  case set
  /// Elements are objects that this member tells apart.
  case keyed(String)

  /// The strategy for the list in the field `name`. One table serves all kinds: no two of them use a name differently.
  static func ofList(named name: String) -> ListStrategy {
    switch name {
    case "finalizers": .set
    case "containers", "initContainers", "ephemeralContainers", "volumes", "env", "imagePullSecrets": .keyed("name")
    case "volumeMounts": .keyed("mountPath")
    case "volumeDevices": .keyed("devicePath")
    case "ports": .keyed("containerPort")
    case "ownerReferences": .keyed("uid")
    case "hostAliases": .keyed("ip")
    case "topologySpreadConstraints": .keyed("topologyKey")
    case "conditions": .keyed("type")
    default: .replaced
    }
  }

  /// Whether an object in the field `name` (an element of it, for lists) holds one of several alternatives, so that what the
  /// new version does not mention has to go: a volume has one source, a deployment one strategy.
  static func isAlternative(_ name: String) -> Bool { name == "volumes" || name == "strategy" }
}
