// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

extension SnapshotController {
  /// A snapshot that is to go: after the claims that are being made from it, and, where its content goes too, after that
  /// (rule SN7).
  func deletion(of snapshot: VolumeSnapshot, in world: World) -> Decision {
    if let claim = world.claimsBeingMade(from: snapshot.key).first {
      let message = "Snapshot is being used to restore a PVC"
      return Decision(
        Reason("SN7", "the claim \(claim.key.qualifiedName) is being made from the snapshot"),
        [.emit(Notice(.warning, "SnapshotDeletePending", message, about: snapshot, from: Self.source))])
    }
    let name = snapshot.boundContentName ?? snapshot.requestedContentName ?? snapshot.dynamicContentName
    if let content = world.snapshotContent(name), content.snapshotRef.isBound(to: snapshot),
      content.deletionPolicy == .delete
    {
      var doomed = content
      doomed.setAnnotation(WellKnown.snapshotBeingDeleted, "yes")
      let deletion: [Step] = content.isTerminating ? [] : [.delete(content.key, uid: content.uid)]
      return Decision(
        Reason("SN7", "the snapshot goes when its content \(content.name) is gone"),
        content.writes(to: doomed) + deletion)
    }
    var released = snapshot
    released.removeFinalizer(WellKnown.snapshotAsSourceProtection)
    released.removeFinalizer(WellKnown.snapshotBoundProtection)
    return Decision(Reason("SN7", "nothing keeps the snapshot"), snapshot.writes(to: released))
  }
}
