// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
//
// Growing a mounted filesystem.
#ifndef ORLOP_GROWTH_H
#define ORLOP_GROWTH_H

#include <stdint.h>

// EXT4_IOC_RESIZE_FS: the ext filesystem of the open directory gets this many blocks.
int orlop_grow_ext(int directory, uint64_t blocks);

// XFS_IOC_FSGEOMETRY, as much of it as growing needs, and XFS_IOC_FSGROWFSDATA.
struct orlop_xfs_size {
  uint64_t blocks;
  uint32_t block_size, inode_percent;
};
int orlop_xfs_size(int directory, struct orlop_xfs_size *out);
int orlop_grow_xfs(int directory, uint64_t blocks, uint32_t inode_percent);

// BTRFS_IOC_DEV_INFO and BTRFS_IOC_RESIZE, of the first and only device.
int64_t orlop_btrfs_bytes(int directory);
int orlop_grow_btrfs(int directory, uint64_t bytes);

#endif
