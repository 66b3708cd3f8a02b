// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
#include "orlop_growth.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/btrfs.h>
#include <stdio.h>
#include <sys/ioctl.h>

static int answer(long result) { return result < 0 ? -errno : (int)result; }

#define ORLOP_EXT_RESIZE _IOW('f', 16, uint64_t)

int orlop_grow_ext(int directory, uint64_t blocks) { return answer(ioctl(directory, ORLOP_EXT_RESIZE, &blocks)); }

// The kernel's xfs_fsop_geom_v1 and xfs_growfs_data: the headers of xfs are not everywhere, and these never change.
struct xfs_geometry {
  uint32_t block_size, realtime_extent, group_blocks, groups, log_blocks, sector, inode, inode_percent;
  uint64_t data_blocks, realtime_blocks, realtime_extents, log_start;
  uint8_t uuid[16];
  uint32_t stripe_unit, stripe_width;
  int32_t version;
  uint32_t flags, log_sector, realtime_sector, directory_block;
};
struct xfs_growth {
  uint64_t blocks;
  uint32_t inode_percent;
};
_Static_assert(sizeof(struct xfs_geometry) == 112 && sizeof(struct xfs_growth) == 16, "xfs");

#define ORLOP_XFS_GEOMETRY _IOR('X', 100, struct xfs_geometry)
#define ORLOP_XFS_GROW _IOW('X', 110, struct xfs_growth)

int orlop_xfs_size(int directory, struct orlop_xfs_size *out) {
  struct xfs_geometry found = {0};
  int result = answer(ioctl(directory, ORLOP_XFS_GEOMETRY, &found));
  *out = (struct orlop_xfs_size){
      .blocks = found.data_blocks, .block_size = found.block_size, .inode_percent = found.inode_percent};
  return result;
}

int orlop_grow_xfs(int directory, uint64_t blocks, uint32_t inode_percent) {
  struct xfs_growth wanted = {.blocks = blocks, .inode_percent = inode_percent};
  return answer(ioctl(directory, ORLOP_XFS_GROW, &wanted));
}

int64_t orlop_btrfs_bytes(int directory) {
  struct btrfs_ioctl_dev_info_args found = {.devid = 1};
  return ioctl(directory, BTRFS_IOC_DEV_INFO, &found) < 0 ? -errno : (int64_t)found.total_bytes;
}

int orlop_grow_btrfs(int directory, uint64_t bytes) {
  struct btrfs_ioctl_vol_args wanted = {0};
  snprintf(wanted.name, sizeof wanted.name, "1:%" PRIu64, bytes);
  return answer(ioctl(directory, BTRFS_IOC_RESIZE, &wanted));
}
