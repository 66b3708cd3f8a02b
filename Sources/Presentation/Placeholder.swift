// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Placeholder until the module has its first type.
enum PlaceholderPresentation {}
