// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
//
// Calls that Swift cannot make: variadic functions, ioctls, what the Glibc module hides. Every function that returns an
// int or int64_t returns a negative errno on failure, read at once. Nothing here decides anything.
#ifndef ORLOP_LINUX_STORAGE_H
#define ORLOP_LINUX_STORAGE_H

#include "orlop_devices.h"
#include "orlop_files.h"
#include "orlop_freeze.h"
#include "orlop_growth.h"
#include "orlop_mounts.h"
#include "orlop_quotas.h"

#endif
