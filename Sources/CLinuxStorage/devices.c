// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
#include "orlop_devices.h"

#include <errno.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

_Static_assert(LO_FLAGS_READ_ONLY == 1 && LO_FLAGS_AUTOCLEAR == 4 && LO_FLAGS_DIRECT_IO == 16, "LO_FLAGS");

static int answer(long result) { return result < 0 ? -errno : (int)result; }

int orlop_loop_free(int control) { return answer(ioctl(control, LOOP_CTL_GET_FREE)); }

int orlop_loop_configure(int device, int backing, uint32_t block_size, uint32_t flags, const char *name) {
  struct loop_config config = {.fd = (uint32_t)backing, .block_size = block_size};
  config.info.lo_flags = flags;
  strncpy((char *)config.info.lo_file_name, name, LO_NAME_SIZE - 1);
  return answer(ioctl(device, LOOP_CONFIGURE, &config));
}

int orlop_loop_status(int device, struct orlop_loop *out) {
  struct loop_info64 info;
  if (ioctl(device, LOOP_GET_STATUS64, &info) < 0) return -errno;
  *out = (struct orlop_loop){
      .backing_major = major(info.lo_device),
      .backing_minor = minor(info.lo_device),
      .number = info.lo_number,
      .flags = info.lo_flags,
      .backing_inode = info.lo_inode,
  };
  return 0;
}

int orlop_loop_clear(int device) { return answer(ioctl(device, LOOP_CLR_FD, 0)); }
int orlop_loop_reread_size(int device) { return answer(ioctl(device, LOOP_SET_CAPACITY, 0)); }

int64_t orlop_block_device_bytes(int device) {
  uint64_t bytes = 0;
  return ioctl(device, BLKGETSIZE64, &bytes) < 0 ? -errno : (int64_t)bytes;
}

int orlop_block_device_sector(int device) {
  int bytes = 0;
  return ioctl(device, BLKSSZGET, &bytes) < 0 ? -errno : bytes;
}

int orlop_make_block_node(const char *path, uint32_t major_number, uint32_t minor_number) {
  return answer(mknod(path, S_IFBLK | 0660, makedev(major_number, minor_number)));
}
