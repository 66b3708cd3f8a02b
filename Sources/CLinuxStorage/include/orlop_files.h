// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
//
// Files and directories by descriptor.
#ifndef ORLOP_FILES_H
#define ORLOP_FILES_H

#include <stdbool.h>
#include <stdint.h>

// open(2), openat2(2): flags and resolve bits that the Glibc module hides.
static const int32_t orlop_o_path = 010000000;
static const uint64_t orlop_resolve_no_xdev = 0x01;
static const uint64_t orlop_resolve_no_magiclinks = 0x02;
static const uint64_t orlop_resolve_no_symlinks = 0x04;
static const uint64_t orlop_resolve_beneath = 0x08;

int orlop_openat2(int directory, const char *path, int flags, uint32_t mode, uint64_t resolve);

// renameat2(2) with RENAME_NOREPLACE.
int orlop_rename_noreplace(int from, const char *old_name, int to, const char *new_name);

// statx(2): what the callers need of it. mount is the id that mountinfo shows.
struct orlop_stat {
  uint32_t device_major, device_minor;
  uint64_t inode, size, blocks, mount, attributes;
  uint32_t mode, links, uid, gid, special_major, special_minor;
};
static const uint64_t orlop_attribute_mount_root = 0x2000;

int orlop_statx(int directory, const char *path, int flags, struct orlop_stat *out);
// Flags of statx and the *at calls that the Glibc module hides.
static const int32_t orlop_at_empty_path = 0x1000;
static const int32_t orlop_at_no_automount = 0x800;
static const int32_t orlop_at_dont_sync = 0x4000;

// fallocate(2): whole allocation, and punching a hole without changing the size.
int orlop_allocate(int file, int64_t offset, int64_t length);
int orlop_punch_hole(int file, int64_t offset, int64_t length);
// lseek(2) with SEEK_DATA and SEEK_HOLE.
int64_t orlop_seek_data(int file, int64_t offset);
int64_t orlop_seek_hole(int file, int64_t offset);
// copy_file_range(2), at the same offset in both files.
int64_t orlop_copy_range(int from, int to, int64_t offset, int64_t length);

// Whether nobody else has the file open, by fcntl(2): a write lease is given only then, and given back at once. 1, 0, or an
// error where the filesystem or the privileges do not allow it. Who opens the file in between waits, or, with O_NONBLOCK, gets
// EAGAIN.
int orlop_is_only_opener(int file);

// FS_IOC_GETFLAGS and FS_IOC_SETFLAGS, ioctl_iflags(2).
static const uint32_t orlop_flag_immutable = 0x10;
static const uint32_t orlop_flag_append = 0x20;
int orlop_get_flags(int file, uint32_t *flags);
int orlop_set_flags(int file, uint32_t flags);

// statfs(2) of an open file.
struct orlop_statfs {
  uint64_t type, block_size, blocks, free, available, files, files_free, flags;
};
int orlop_fstatfs(int file, struct orlop_statfs *out);
// syncfs(2) and FITRIM of the filesystem that holds the open file.
int orlop_syncfs(int file);
int orlop_trim(int directory, uint64_t *trimmed);

#endif
