// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
#include "orlop_mounts.h"

#include <errno.h>
#include <libmount/libmount.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static struct orlop_mount_row row_of(struct libmnt_fs *fs) {
  dev_t device = mnt_fs_get_devno(fs);
  return (struct orlop_mount_row){
      .id = (uint64_t)mnt_fs_get_id(fs),
      .device_major = major(device),
      .device_minor = minor(device),
      .target = mnt_fs_get_target(fs),
      .root = mnt_fs_get_root(fs),
      .type = mnt_fs_get_fstype(fs),
      .source = mnt_fs_get_source(fs),
      .mount_options = mnt_fs_get_vfs_options(fs),
      .filesystem_options = mnt_fs_get_fs_options(fs),
  };
}

int orlop_mount_table_read(const char *file, struct orlop_mount_table *out) {
  memset(out, 0, sizeof *out);
  // Opened here, so that a missing file is told apart from an empty table.
  if (access(file, R_OK) < 0) return -errno;
  struct libmnt_table *table = mnt_new_table();
  struct libmnt_iter *iterator = mnt_new_iter(MNT_ITER_FORWARD);
  if (!table || !iterator) {
    mnt_unref_table(table);
    mnt_free_iter(iterator);
    return -ENOMEM;
  }
  errno = 0;
  int result = mnt_table_parse_file(table, file);
  if (result != 0) {
    result = result < 0 ? result : (errno ? -errno : -EIO);
  } else {
    size_t capacity = (size_t)mnt_table_get_nents(table);
    out->rows = calloc(capacity ? capacity : 1, sizeof *out->rows);
    struct libmnt_fs *fs;
    while (out->rows && out->count < capacity && mnt_table_next_fs(table, iterator, &fs) == 0) {
      out->rows[out->count++] = row_of(fs);
    }
    result = out->rows ? 0 : -ENOMEM;
  }
  mnt_free_iter(iterator);
  if (result == 0) {
    out->handle = table;
  } else {
    mnt_unref_table(table);
  }
  return result;
}

void orlop_mount_table_free(struct orlop_mount_table *table) {
  mnt_unref_table(table->handle);
  free(table->rows);
  memset(table, 0, sizeof *table);
}

// Debian 12's headers are older than these calls; the layout is the kernel's and never changes.
enum { call_statmount = 457, call_listmount = 458, statx_unique_id = 0x4000 };

// Without a namespace it has the length that the first kernels know.
struct mount_request {
  uint32_t size, spare;
  uint64_t id, wanted, namespace_id;
};

static uint32_t size_of_request(uint64_t namespace_id) {
  return namespace_id ? sizeof(struct mount_request) : offsetof(struct mount_request, namespace_id);
}

struct namespace_info {
  uint32_t size, mounts;
  uint64_t id;
};

struct mount_answer {
  uint32_t size, options;
  uint64_t mask;
  uint32_t device_major, device_minor;
  uint64_t magic;
  uint32_t super_flags, type;
  uint64_t id, parent_id;
  uint32_t old_id, old_parent_id;
  uint64_t mount_flags, propagation, peer_group, master, propagate_from;
  uint32_t root, target;
  uint64_t namespace_id;
  uint32_t subtype, source;
  uint32_t unused[10];
  uint64_t spare[43];
  char text[];
};
_Static_assert(offsetof(struct mount_answer, root) == 104, "statmount");
_Static_assert(offsetof(struct mount_answer, text) == 512, "statmount");

enum { about_super = 1, about_mount = 2, about_root = 8, about_target = 16, about_type = 32, about_options = 128 };
enum { about_source = 512 };

int orlop_unique_mount_id(int directory, const char *path, int flags, uint64_t *out) {
  struct statx found;
  if (statx(directory, path, flags, statx_unique_id, &found) < 0) return -errno;
  if (!(found.stx_mask & statx_unique_id)) return -EOPNOTSUPP;
  *out = found.stx_mnt_id;
  return 0;
}

int orlop_statmount(
    uint64_t unique_id, uint64_t namespace_id, void *buffer, size_t size, struct orlop_mount_row *out,
    uint64_t *mount_flags) {
  const uint64_t needed = about_super | about_mount | about_root | about_target | about_type | about_source;
  struct mount_request request = {
      .size = size_of_request(namespace_id),
      .id = unique_id,
      .wanted = needed | about_options,
      .namespace_id = namespace_id,
  };
  if (syscall(call_statmount, &request, buffer, size, 0) < 0) return errno == ENOSYS ? -EOPNOTSUPP : -errno;
  const struct mount_answer *found = buffer;
  if ((found->mask & needed) != needed) return -EOPNOTSUPP;
  *out = (struct orlop_mount_row){
      .id = found->old_id,
      .device_major = found->device_major,
      .device_minor = found->device_minor,
      .target = found->text + found->target,
      .root = found->text + found->root,
      .type = found->text + found->type,
      .source = found->text + found->source,
      .mount_options = found->super_flags & 1 ? "ro" : "rw",
      .filesystem_options = found->mask & about_options ? found->text + found->options : "",
  };
  *mount_flags = found->mount_flags;
  return 0;
}

int orlop_listmount(uint64_t namespace_id, uint64_t after, uint64_t *ids, size_t count) {
  struct mount_request request = {
      .size = size_of_request(namespace_id), .id = UINT64_MAX, .wanted = after, .namespace_id = namespace_id};
  long found = syscall(call_listmount, &request, ids, count, 0);
  if (found < 0) return errno == ENOSYS ? -EOPNOTSUPP : -errno;
  return (int)found;
}

int orlop_next_mount_namespace(int from, bool backwards, uint64_t *id) {
  struct namespace_info info = {.size = sizeof info};
  int next = backwards ? ioctl(from, _IOR(0xb7, 12, struct namespace_info), &info)
                       : ioctl(from, _IOR(0xb7, 11, struct namespace_info), &info);
  if (next < 0) return errno == ENOTTY ? -EOPNOTSUPP : -errno;
  *id = info.id;
  return next;
}

int orlop_effective_capabilities(uint64_t *out) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) < 0) return -errno;
  *out = (uint64_t)data[1].effective << 32 | data[0].effective;
  return 0;
}
