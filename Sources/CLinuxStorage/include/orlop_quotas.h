// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
//
// Limits for directories: project quotas of ext4 and xfs, quota groups of btrfs.
#ifndef ORLOP_QUOTAS_H
#define ORLOP_QUOTAS_H

#include <stddef.h>
#include <stdint.h>

// Types of filesystems as statfs(2) tells them.
static const uint64_t orlop_type_ext = 0xef53;
static const uint64_t orlop_type_xfs = 0x58465342;
static const uint64_t orlop_type_btrfs = 0x9123683e;

// FS_IOC_FSGETXATTR and FS_IOC_FSSETXATTR: the project of a file or directory, and whether what is made in it inherits it.
int orlop_project_get(int file, uint32_t *project, uint32_t *inherits);
int orlop_project_set(int file, uint32_t project, uint32_t inherits);

// One project's line of the quota table; limits of 0 are none. A block is 1024 bytes.
struct orlop_project_quota {
  uint32_t project;
  uint64_t used_bytes, used_inodes, limit_blocks, limit_inodes;
};
// quotactl_fd(2) of the filesystem that holds the open file; where the kernel has no such call, -ENOSYS, and quotactl(2) of the
// block device if there is one. Q_XGETQSTATV: 1 when limits of projects are enforced, 0 when they are only counted, -ENOSYS
// when neither. Q_GETQUOTA, Q_GETNEXTQUOTA (the first at or after the project, -ENOENT or -ESRCH at the end), Q_SETQUOTA.
int orlop_project_enforced(int file, const char *device);
int orlop_project_read(int file, const char *device, uint32_t project, struct orlop_project_quota *out);
int orlop_project_next(int file, const char *device, uint32_t project, struct orlop_project_quota *out);
int orlop_project_limit(int file, const char *device, const struct orlop_project_quota *wanted);

// BTRFS_IOC_FS_INFO: the UUID by which /sys/fs/btrfs knows the filesystem.
int orlop_btrfs_uuid(int file, uint8_t out[16]);
// BTRFS_IOC_QUOTA_CTL: quotas for the whole filesystem, simple ones (Linux 6.7).
int orlop_btrfs_enable_simple(int file);
// BTRFS_IOC_SUBVOL_CREATE, its number (BTRFS_IOC_INO_LOOKUP), and BTRFS_IOC_SNAP_DESTROY_V2 by number.
int orlop_subvolume_create(int directory, const char *name);
int orlop_subvolume_number(int file, uint64_t *out);
int orlop_subvolume_destroy(int file, uint64_t number);
// BTRFS_IOC_QGROUP_CREATE, _ASSIGN and _LIMIT; UINT64_MAX bytes are no limit.
int orlop_group_create(int file, uint64_t group, int create);
int orlop_group_assign(int file, uint64_t member, uint64_t group, int assign);
int orlop_group_limit(int file, uint64_t group, uint64_t bytes);
// BTRFS_IOC_TREE_SEARCH of the quota tree: the members of a group. Returns how many there are, of which `capacity` are in `out`.
int64_t orlop_group_members(int file, uint64_t group, uint64_t *out, size_t capacity);

#endif
