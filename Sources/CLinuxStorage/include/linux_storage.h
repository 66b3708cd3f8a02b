// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
#ifndef ORLOP_LINUX_STORAGE_H
#define ORLOP_LINUX_STORAGE_H
#endif
