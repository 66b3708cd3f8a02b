// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
#include <errno.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <string.h>
#include <sys/ioctl.h>

#include "orlop_quotas.h"

static int answer(long result) { return result < 0 ? -errno : (int)result; }

int orlop_btrfs_uuid(int file, uint8_t out[16]) {
  struct btrfs_ioctl_fs_info_args info;
  memset(&info, 0, sizeof info);
  if (ioctl(file, BTRFS_IOC_FS_INFO, &info) < 0) return -errno;
  memcpy(out, info.fsid, 16);
  return 0;
}

int orlop_btrfs_enable_simple(int file) {
  // BTRFS_QUOTA_CTL_ENABLE_SIMPLE_QUOTA: newer than Debian 12's headers.
  struct btrfs_ioctl_quota_ctl_args control = {.cmd = 4};
  return answer(ioctl(file, BTRFS_IOC_QUOTA_CTL, &control));
}

int orlop_subvolume_create(int directory, const char *name) {
  struct btrfs_ioctl_vol_args arguments;
  memset(&arguments, 0, sizeof arguments);
  if (strlen(name) > BTRFS_VOL_NAME_MAX) return -ENAMETOOLONG;
  strncpy(arguments.name, name, BTRFS_PATH_NAME_MAX);
  return answer(ioctl(directory, BTRFS_IOC_SUBVOL_CREATE, &arguments));
}

int orlop_subvolume_number(int file, uint64_t *out) {
  struct btrfs_ioctl_ino_lookup_args arguments;
  memset(&arguments, 0, sizeof arguments);
  arguments.objectid = BTRFS_FIRST_FREE_OBJECTID;
  if (ioctl(file, BTRFS_IOC_INO_LOOKUP, &arguments) < 0) return -errno;
  *out = arguments.treeid;
  return 0;
}

int orlop_subvolume_destroy(int file, uint64_t number) {
  struct btrfs_ioctl_vol_args_v2 arguments;
  memset(&arguments, 0, sizeof arguments);
  arguments.flags = BTRFS_SUBVOL_SPEC_BY_ID;
  arguments.subvolid = number;
  return answer(ioctl(file, BTRFS_IOC_SNAP_DESTROY_V2, &arguments));
}

int orlop_group_create(int file, uint64_t group, int create) {
  struct btrfs_ioctl_qgroup_create_args arguments = {.create = (uint64_t)create, .qgroupid = group};
  return answer(ioctl(file, BTRFS_IOC_QGROUP_CREATE, &arguments));
}

int orlop_group_assign(int file, uint64_t member, uint64_t group, int assign) {
  struct btrfs_ioctl_qgroup_assign_args arguments = {.assign = (uint64_t)assign, .src = member, .dst = group};
  int result = answer(ioctl(file, BTRFS_IOC_QGROUP_ASSIGN, &arguments));
  return result > 0 ? 0 : result;  // 1: a rescan is advised, which simple quotas do not need
}

int orlop_group_limit(int file, uint64_t group, uint64_t bytes) {
  struct btrfs_ioctl_qgroup_limit_args arguments = {.qgroupid = group};
  arguments.lim.flags = BTRFS_QGROUP_LIMIT_MAX_RFER;
  arguments.lim.max_rfer = bytes;  // all bits set takes the limit away
  return answer(ioctl(file, BTRFS_IOC_QGROUP_LIMIT, &arguments));
}

int64_t orlop_group_members(int file, uint64_t group, uint64_t *out, size_t capacity) {
  struct btrfs_ioctl_search_args arguments;
  memset(&arguments, 0, sizeof arguments);
  struct btrfs_ioctl_search_key *key = &arguments.key;
  *key = (struct btrfs_ioctl_search_key){
      .tree_id = BTRFS_QUOTA_TREE_OBJECTID,
      .min_objectid = group,
      .max_objectid = group,
      .min_type = BTRFS_QGROUP_RELATION_KEY,
      .max_type = BTRFS_QGROUP_RELATION_KEY,
      .max_offset = UINT64_MAX,
      .max_transid = UINT64_MAX,
  };
  int64_t count = 0;
  for (;;) {
    key->nr_items = 4096;
    if (ioctl(file, BTRFS_IOC_TREE_SEARCH, &arguments) < 0) return -errno;
    if (key->nr_items == 0) return count;
    size_t place = 0;
    struct btrfs_ioctl_search_header header;
    for (uint32_t i = 0; i < key->nr_items; i++) {
      memcpy(&header, arguments.buf + place, sizeof header);
      place += sizeof header + header.len;
      // Both directions are in the tree; a member's level is below the group's.
      if (header.offset >> BTRFS_QGROUP_LEVEL_SHIFT >= group >> BTRFS_QGROUP_LEVEL_SHIFT) continue;
      if ((size_t)count < capacity) out[count] = header.offset;
      count++;
    }
    if (header.offset == UINT64_MAX) return count;
    key->min_offset = header.offset + 1;
  }
}
