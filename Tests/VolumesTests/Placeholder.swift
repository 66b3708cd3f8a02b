// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Testing
