// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension ObjectSchema {
  static let ownerReference = ObjectSchema(
    "OwnerReference",
    [
      .string("apiVersion", .always), .string("kind", .always), .string("name", .always), .string("uid", .always),
      .boolean("controller", .given), .boolean("blockOwnerDeletion", .given),
    ])

  static let managedFieldsEntry = ObjectSchema(
    "ManagedFieldsEntry",
    [
      .string("manager"), .string("operation"), .string("apiVersion"), Field("time", .time), .string("fieldsType"),
      Field("fieldsV1", .anyObject), .string("subresource"),
    ])

  static let objectMeta = ObjectSchema(
    "ObjectMeta",
    [
      .string("name"), .string("generateName"), .string("namespace"), .string("selfLink"), .string("uid"),
      .string("resourceVersion"), .int64("generation"), Field("creationTimestamp", .time),
      Field("deletionTimestamp", .time), .int64("deletionGracePeriodSeconds", .given), Field("labels", .strings),
      Field("annotations", .strings), Field("finalizers", .stringList),
      .list("ownerReferences", .ownerReference), .list("managedFields", .managedFieldsEntry),
    ])

  static let objectReference = ObjectSchema(
    "ObjectReference",
    [
      .string("kind"), .string("namespace"), .string("name"), .string("uid"), .string("apiVersion"),
      .string("resourceVersion"), .string("fieldPath"),
    ])

  static let localObjectReference = ObjectSchema("LocalObjectReference", [.string("name")])

  static let secretReference = ObjectSchema("SecretReference", [.string("name"), .string("namespace")])

  static let typedLocalObjectReference = ObjectSchema(
    "TypedLocalObjectReference",
    [.string("apiGroup", .given), .string("kind", .always), .string("name", .always)])

  static let typedObjectReference = ObjectSchema(
    "TypedObjectReference",
    [
      .string("apiGroup", .given), .string("kind", .always), .string("name", .always), .string("namespace", .given),
    ])

  static let labelSelectorRequirement = ObjectSchema(
    "LabelSelectorRequirement",
    [.string("key", .always), .word("operator", "LabelSelectorOperator", .always), Field("values", .stringList)])

  static let labelSelector = ObjectSchema(
    "LabelSelector",
    [Field("matchLabels", .strings), .list("matchExpressions", .labelSelectorRequirement)])

  static let nodeSelectorRequirement = ObjectSchema(
    "NodeSelectorRequirement",
    [.string("key", .always), .word("operator", "NodeSelectorOperator", .always), Field("values", .stringList)])

  static let nodeSelectorTerm = ObjectSchema(
    "NodeSelectorTerm",
    [
      .list("matchExpressions", .nodeSelectorRequirement), .list("matchFields", .nodeSelectorRequirement),
    ])

  static let nodeSelector = ObjectSchema(
    "NodeSelector", [.list("nodeSelectorTerms", .nodeSelectorTerm, .always)])
}
