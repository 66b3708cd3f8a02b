// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers

/// Does to storage what a decider asks for: the real one to this host's volumes, the simulated one to nothing.
protocol EffectPerformer: Sendable {
  /// Carries out `effect`, or finds that it has been carried out already.
  func perform(_ effect: Effect) async -> Outcome
}
