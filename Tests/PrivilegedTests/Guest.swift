// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import Testing

extension Trait where Self == ConditionTrait {
  /// The test needs what the kernel of a machine may lack: project quotas, every capability. It runs in the guest that `hack/test-guest`
  /// boots, and nowhere else; `hack/test` runs both.
  static var guest: Self {
    .enabled("runs in the guest: hack/test-guest") { getenv("ORLOP_GUEST") != nil }
  }
}
