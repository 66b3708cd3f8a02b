// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Inspection {
  private static let needsValues = "must be specified when `operator` is 'In' or 'NotIn'"
  private static let refusesValues = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
  private static let unknownOperator = "not a valid selector operator"

  /// A label selector (rule V18).
  mutating func checkLabelSelector(_ selector: JSONObject, _ path: FieldPath) {
    checkLabels(selector.object("matchLabels"), path.child("matchLabels"))
    for (index, expression) in selector.objects("matchExpressions").enumerated() {
      let path = path.child("matchExpressions").index(index)
      let values = expression.strings("values")
      switch expression.string("operator") {
      case "In", "NotIn": if values.isEmpty { add(.required(path.child("values"), Self.needsValues)) }
      case "Exists", "DoesNotExist": if !values.isEmpty { add(.forbidden(path.child("values"), Self.refusesValues)) }
      case let other: add(.invalid(path.child("operator"), other, Self.unknownOperator))
      }
      checkKeyAndValues(expression, path)
    }
  }

  /// A volume's node affinity (rule V37).
  mutating func checkNodeAffinity(_ affinity: JSONObject, _ path: FieldPath) {
    guard let required = affinity.object("required") else {
      return add(.required(path.child("required"), "must specify required node constraints"))
    }
    let path = path.child("required", "nodeSelectorTerms")
    let terms = required.objects("nodeSelectorTerms")
    if terms.isEmpty { add(.required(path, "must have at least one node selector term")) }
    for (index, term) in terms.enumerated() {
      for (number, expression) in term.objects("matchExpressions").enumerated() {
        checkNodeExpression(expression, path.index(index).child("matchExpressions").index(number))
      }
      for (number, expression) in term.objects("matchFields").enumerated() {
        checkNodeField(expression, path.index(index).child("matchFields").index(number))
      }
    }
  }

  private mutating func checkNodeExpression(_ expression: JSONObject, _ path: FieldPath) {
    let values = expression.strings("values")
    switch expression.string("operator") {
    case "In", "NotIn": if values.isEmpty { add(.required(path.child("values"), Self.needsValues)) }
    case "Exists", "DoesNotExist": if !values.isEmpty { add(.forbidden(path.child("values"), Self.refusesValues)) }
    case "Gt", "Lt":
      if values.count != 1 {
        add(.required(path.child("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'"))
      }
    case let other: add(.invalid(path.child("operator"), other, Self.unknownOperator))
    }
    checkKeyAndValues(expression, path)
  }

  private mutating func checkNodeField(_ expression: JSONObject, _ path: FieldPath) {
    let values = expression.strings("values")
    switch expression.string("operator") {
    case "In", "NotIn":
      if values.count != 1 {
        add(
          .required(
            path.child("values"), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"))
      }
    case let other: add(.invalid(path.child("operator"), other, Self.unknownOperator))
    }
    let key = expression.string("key")
    guard key == "metadata.name" else {
      return add(.invalid(path.child("key"), key, "not a valid field selector key"))
    }
    for (index, value) in values.enumerated() {
      add(path.child("values").index(index), value, NameRules.subdomain(value))
    }
  }

  private mutating func checkKeyAndValues(_ expression: JSONObject, _ path: FieldPath) {
    let key = expression.string("key")
    add(path.child("key"), key, NameRules.qualifiedName(key))
    guard !toleratesLabelValues else { return }
    for (index, value) in expression.strings("values").enumerated() {
      add(path.child("values").index(index), value, NameRules.labelValue(value))
    }
  }

  /// The topologies of a class (rule V48).
  mutating func checkTopologies(_ terms: [JSONObject], _ path: FieldPath) {
    var seen: [[String: Set<String>]] = []
    for (index, term) in terms.enumerated() {
      let path = path.index(index).child("matchLabelExpressions")
      var keys: [String: Set<String>] = [:]
      for (number, expression) in term.objects("matchLabelExpressions").enumerated() {
        let path = path.index(number)
        let key = expression.string("key")
        let values = checkTopologyValues(expression.strings("values"), path.child("values"))
        add(path.child("key"), key, NameRules.qualifiedName(key))
        if keys.updateValue(values, forKey: key) != nil { add(.duplicate(path.child("key"), key)) }
      }
      // An empty term counts as a repetition, though it be the first: that is how the API compares them.
      if keys.isEmpty || seen.contains(keys) { add(.duplicate(path, "")) }
      seen.append(keys)
    }
  }

  private mutating func checkTopologyValues(_ values: [String], _ path: FieldPath) -> Set<String> {
    if values.isEmpty { add(.required(path)) }
    var seen: Set<String> = []
    for (index, value) in values.enumerated() where !seen.insert(value).inserted {
      add(.duplicate(path.index(index), value))
    }
    return seen
  }
}
