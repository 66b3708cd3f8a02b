// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
//
// The mount table, by statmount(2) and by libmount, and the privileges of this process.
#ifndef ORLOP_MOUNTS_H
#define ORLOP_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One mount. The strings belong to the table or buffer that the row came from.
struct orlop_mount_row {
  uint64_t id;
  uint32_t device_major, device_minor;
  const char *target, *root, *type, *source, *mount_options, *filesystem_options;
};

// A whole table, read and decoded by libmount from a file such as /proc/self/mountinfo.
struct orlop_mount_table {
  void *handle;
  struct orlop_mount_row *rows;
  size_t count;
};
int orlop_mount_table_read(const char *file, struct orlop_mount_table *out);
void orlop_mount_table_free(struct orlop_mount_table *table);

// statx(2) with STATX_MNT_ID_UNIQUE (Linux 6.8): -EOPNOTSUPP where the kernel has no such ids.
int orlop_unique_mount_id(int directory, const char *path, int flags, uint64_t *out);
// statmount(2) in a mount namespace, 0 for our own: -EOPNOTSUPP where the kernel does not tell all that a row needs (complete
// since Linux 6.13). The mount options are in mount_flags, not in mount_options.
int orlop_statmount(
    uint64_t unique_id, uint64_t namespace_id, void *buffer, size_t size, struct orlop_mount_row *out,
    uint64_t *mount_flags);
// listmount(2): the unique ids of the mounts of a mount namespace that come after one of them, 0 for all; returns how many.
int orlop_listmount(uint64_t namespace_id, uint64_t after, uint64_t *ids, size_t count);
// ioctl_nsfs(2) NS_MNT_GET_NEXT and NS_MNT_GET_PREV (Linux 6.12): an open descriptor of the mount namespace that comes after or
// before the open one, and its id; -ENOENT at the end.
int orlop_next_mount_namespace(int from, bool backwards, uint64_t *id);

// capget(2): the effective capabilities of this thread, one bit each.
int orlop_effective_capabilities(uint64_t *out);

#endif
