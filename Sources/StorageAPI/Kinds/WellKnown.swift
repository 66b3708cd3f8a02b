// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The annotations, finalizers and other words that Kubernetes' software looks for (SEMANTICS §0).
public enum WellKnown {
  /// On a claim: the two-way binding has been finished once (rule B1).
  public static let bindCompleted = "pv.kubernetes.io/bind-completed"
  /// On claim or volume: the binder chose, not a person.
  public static let boundByController = "pv.kubernetes.io/bound-by-controller"
  /// On a volume: the provisioner that made it.
  public static let provisionedBy = "pv.kubernetes.io/provisioned-by"
  /// On claim or volume: the CSI driver that took over from an in-tree one.
  public static let migratedTo = "pv.kubernetes.io/migrated-to"
  /// On a claim: the provisioner that is asked for a volume.
  public static let storageProvisioner = "volume.kubernetes.io/storage-provisioner"
  /// The older name of ``storageProvisioner``; both are written.
  public static let betaStorageProvisioner = "volume.beta.kubernetes.io/storage-provisioner"
  /// On a claim: the node of its first consumer.
  public static let selectedNode = "volume.kubernetes.io/selected-node"
  /// On a claim: who grows its volume.
  public static let storageResizer = "volume.kubernetes.io/storage-resizer"
  /// On a claim: its node has nothing to grow.
  public static let nodeExpansionNotRequired = "volume.kubernetes.io/node-expansion-not-required"
  /// On a volume: its size before a resize that has not ended.
  public static let preResizeCapacity = "volume.alpha.kubernetes.io/pre-resize-capacity"
  /// On claim or volume: the class, before the field `storageClassName` (rule B17).
  public static let betaStorageClass = "volume.beta.kubernetes.io/storage-class"
  /// On a volume: the mount options, before the field.
  public static let betaMountOptions = "volume.beta.kubernetes.io/mount-options"
  /// On a class: claims without a class get it (rule D2).
  public static let defaultClass = "storageclass.kubernetes.io/is-default-class"
  /// The older name of ``defaultClass``; it counts as well.
  public static let betaDefaultClass = "storageclass.beta.kubernetes.io/is-default-class"
  /// On a volume: `none` when nothing holds it to its capacity.
  public static let enforcement = "orlop.io/enforcement"
  /// On a volume: the name of the secret that its deletion needs.
  public static let deletionSecretName = "volume.kubernetes.io/provisioner-deletion-secret-name"
  /// On a volume: the namespace of the secret that its deletion needs.
  public static let deletionSecretNamespace = "volume.kubernetes.io/provisioner-deletion-secret-namespace"
  /// On any object: the manifest of the last `apply`, for the three-way merge of the next.
  public static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

  /// Finalizer: a claim stays while a pod uses it.
  public static let claimProtection = "kubernetes.io/pvc-protection"
  /// Finalizer: a volume stays while it is bound.
  public static let volumeProtection = "kubernetes.io/pv-protection"
  /// Finalizer: a volume object stays until its provisioner has deleted the storage.
  public static let externalProvisionerFinalizer = "external-provisioner.volume.kubernetes.io/finalizer"
  /// Finalizer: as ``externalProvisionerFinalizer``, for in-tree plugins.
  public static let inTreeFinalizer = "kubernetes.io/pv-controller"
  /// Finalizer: an attributes class stays while it is used.
  public static let attributesClassProtection = "kubernetes.io/vac-protection"

  /// On a namespace: it goes when everything in it is gone.
  public static let namespaceContents = "kubernetes"
  /// The provisioner of classes that have only volumes made by hand.
  public static let noProvisioner = "kubernetes.io/no-provisioner"
  /// On a node: its name for affinity.
  public static let hostnameLabel = "kubernetes.io/hostname"

  /// The provisioner and CSI driver name that Orlop answers to everywhere.
  public static let orlop = "orlop.io"
}
