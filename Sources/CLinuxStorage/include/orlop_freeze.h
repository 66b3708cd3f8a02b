// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
//
// Freezing a filesystem, and sharing blocks between files.
#ifndef ORLOP_FREEZE_H
#define ORLOP_FREEZE_H

#include <stdint.h>

// FIFREEZE and FITHAW, ioctl_fifreeze(2): of the filesystem that holds the open directory.
int orlop_freeze(int directory);
int orlop_thaw(int directory);

// A process that thaws the filesystem of the open directory when this process dies, or after that many seconds. It has no other
// descriptor of this process, so that it keeps no lock, and is out of reach of signals to this process's group.
struct orlop_guard {
  int32_t process;
  int32_t pipe;
};
int orlop_guard_start(int directory, uint32_t seconds, struct orlop_guard *out);
// Ends it. Returns 1 when it has thawed the filesystem, which happens only after the seconds have passed; else 0.
int orlop_guard_end(struct orlop_guard guard);

// FICLONE, ioctl_ficlone(2): makes `to` share all blocks of `from`.
int orlop_share(int from, int to);

#endif
