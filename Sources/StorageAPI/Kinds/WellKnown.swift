// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The annotations, finalizers and other words that Kubernetes' software looks for (SEMANTICS §0).
public enum WellKnown {
  public static let bindCompleted = "pv.kubernetes.io/bind-completed"
  public static let boundByController = "pv.kubernetes.io/bound-by-controller"
  public static let provisionedBy = "pv.kubernetes.io/provisioned-by"
  public static let migratedTo = "pv.kubernetes.io/migrated-to"
  public static let storageProvisioner = "volume.kubernetes.io/storage-provisioner"
  public static let betaStorageProvisioner = "volume.beta.kubernetes.io/storage-provisioner"
  public static let selectedNode = "volume.kubernetes.io/selected-node"
  public static let preResizeCapacity = "volume.alpha.kubernetes.io/pre-resize-capacity"
  public static let betaStorageClass = "volume.beta.kubernetes.io/storage-class"
  public static let betaMountOptions = "volume.beta.kubernetes.io/mount-options"
  public static let defaultClass = "storageclass.kubernetes.io/is-default-class"
  public static let betaDefaultClass = "storageclass.beta.kubernetes.io/is-default-class"
  public static let deletionSecretName = "volume.kubernetes.io/provisioner-deletion-secret-name"
  public static let deletionSecretNamespace = "volume.kubernetes.io/provisioner-deletion-secret-namespace"
  public static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

  public static let claimProtection = "kubernetes.io/pvc-protection"
  public static let volumeProtection = "kubernetes.io/pv-protection"
  public static let externalProvisionerFinalizer = "external-provisioner.volume.kubernetes.io/finalizer"
  public static let inTreeFinalizer = "kubernetes.io/pv-controller"
  public static let attributesClassProtection = "kubernetes.io/vac-protection"

  public static let noProvisioner = "kubernetes.io/no-provisioner"
  public static let hostnameLabel = "kubernetes.io/hostname"

  /// The provisioner and CSI driver name that Orlop answers to everywhere.
  public static let orlop = "orlop.io"
}
