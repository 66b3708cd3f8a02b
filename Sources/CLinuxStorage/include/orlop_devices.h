// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
//
// Block devices: loop(4), and what libblkid finds on them.
#ifndef ORLOP_DEVICES_H
#define ORLOP_DEVICES_H

#include <stdint.h>

static const uint32_t orlop_loop_read_only = 1;
static const uint32_t orlop_loop_autoclear = 4;
static const uint32_t orlop_loop_direct_io = 16;

// LOOP_CTL_GET_FREE: the number of a device that is free at this moment.
int orlop_loop_free(int control);
// LOOP_CONFIGURE: everything in one step.
int orlop_loop_configure(int device, int backing, uint32_t block_size, uint32_t flags, const char *name);
// LOOP_GET_STATUS64; -ENXIO when nothing is attached.
struct orlop_loop {
  uint32_t backing_major, backing_minor, number, flags;
  uint64_t backing_inode;
};
int orlop_loop_status(int device, struct orlop_loop *out);
// LOOP_CLR_FD: now, or with the last user.
int orlop_loop_clear(int device);
// LOOP_SET_CAPACITY: after the file has grown.
int orlop_loop_reread_size(int device);

// BLKGETSIZE64 and BLKSSZGET.
int64_t orlop_block_device_bytes(int device);
int orlop_block_device_sector(int device);
// mknod(2) of a block device, mode 0660 before the umask.
int orlop_make_block_node(const char *path, uint32_t major, uint32_t minor);

// Probes with libblkid: 1 and filled, 0 when there is nothing, -EMULTIHOP when signatures contradict each other.
struct orlop_signature {
  char type[32];
  char uuid[64];
};
int orlop_probe(int file, struct orlop_signature *out);

#endif
