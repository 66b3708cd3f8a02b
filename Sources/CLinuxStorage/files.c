// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
#include "orlop_files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

_Static_assert(O_PATH == 010000000, "O_PATH");
_Static_assert(RESOLVE_NO_XDEV == 0x01 && RESOLVE_NO_MAGICLINKS == 0x02, "RESOLVE");
_Static_assert(RESOLVE_NO_SYMLINKS == 0x04 && RESOLVE_BENEATH == 0x08, "RESOLVE");
_Static_assert(AT_EMPTY_PATH == 0x1000 && AT_NO_AUTOMOUNT == 0x800 && AT_STATX_DONT_SYNC == 0x4000, "AT");
_Static_assert(FS_IMMUTABLE_FL == 0x10 && FS_APPEND_FL == 0x20, "FS");
_Static_assert(STATX_ATTR_MOUNT_ROOT == 0x2000, "STATX");

static int answer(long result) { return result < 0 ? -errno : (int)result; }

int orlop_openat2(int directory, const char *path, int flags, uint32_t mode, uint64_t resolve) {
  struct open_how how = {.flags = (uint64_t)(uint32_t)flags, .mode = mode, .resolve = resolve};
  return answer(syscall(SYS_openat2, directory, path, &how, sizeof how));
}

int orlop_rename_noreplace(int from, const char *old_name, int to, const char *new_name) {
  return answer(renameat2(from, old_name, to, new_name, RENAME_NOREPLACE));
}

int orlop_statx(int directory, const char *path, int flags, struct orlop_stat *out) {
  struct statx found;
  if (statx(directory, path, flags, STATX_BASIC_STATS | STATX_MNT_ID, &found) < 0) return -errno;
  *out = (struct orlop_stat){
      .device_major = found.stx_dev_major,
      .device_minor = found.stx_dev_minor,
      .inode = found.stx_ino,
      .size = found.stx_size,
      .blocks = found.stx_blocks,
      .mount = found.stx_mnt_id,
      .attributes = found.stx_attributes,
      .mode = found.stx_mode,
      .links = found.stx_nlink,
      .uid = found.stx_uid,
      .gid = found.stx_gid,
      .special_major = found.stx_rdev_major,
      .special_minor = found.stx_rdev_minor,
  };
  return 0;
}

int orlop_allocate(int file, int64_t offset, int64_t length) {
  return answer(fallocate(file, 0, offset, length));
}

int orlop_punch_hole(int file, int64_t offset, int64_t length) {
  return answer(fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length));
}

static int64_t seek(int file, int64_t offset, int whence) {
  off_t found = lseek(file, offset, whence);
  return found < 0 ? -errno : found;
}

int64_t orlop_seek_data(int file, int64_t offset) { return seek(file, offset, SEEK_DATA); }
int64_t orlop_seek_hole(int file, int64_t offset) { return seek(file, offset, SEEK_HOLE); }

int64_t orlop_copy_range(int from, int to, int64_t offset, int64_t length) {
  off64_t in = offset, out = offset;
  ssize_t copied = copy_file_range(from, &in, to, &out, (size_t)length, 0);
  return copied < 0 ? -errno : copied;
}

int orlop_is_only_opener(int file) {
  // Who waits for the lease is announced by a signal: by default one that kills.
  if (fcntl(file, F_SETSIG, SIGURG) < 0) return -errno;
  if (fcntl(file, F_SETLEASE, F_WRLCK) < 0) return errno == EAGAIN ? 0 : -errno;
  return fcntl(file, F_SETLEASE, F_UNLCK) < 0 ? -errno : 1;
}

int orlop_get_flags(int file, uint32_t *flags) {
  unsigned int value = 0;
  int result = answer(ioctl(file, FS_IOC_GETFLAGS, &value));
  *flags = value;
  return result;
}

int orlop_set_flags(int file, uint32_t flags) {
  unsigned int value = flags;
  return answer(ioctl(file, FS_IOC_SETFLAGS, &value));
}

int orlop_fstatfs(int file, struct orlop_statfs *out) {
  struct statfs found;
  if (fstatfs(file, &found) < 0) return -errno;
  *out = (struct orlop_statfs){
      .type = (uint64_t)found.f_type,
      .block_size = (uint64_t)found.f_bsize,
      .blocks = found.f_blocks,
      .free = found.f_bfree,
      .available = found.f_bavail,
      .files = found.f_files,
      .files_free = found.f_ffree,
      .flags = (uint64_t)found.f_flags,
  };
  return 0;
}

int orlop_syncfs(int file) { return answer(syncfs(file)); }

int orlop_trim(int directory, uint64_t *trimmed) {
  struct fstrim_range range = {.start = 0, .len = UINT64_MAX, .minlen = 0};
  int result = answer(ioctl(directory, FITRIM, &range));
  *trimmed = range.len;
  return result;
}
