// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
#include "orlop_devices.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <string.h>

static void copy_value(blkid_probe probe, const char *name, char *out, size_t size) {
  const char *value = NULL;
  out[0] = 0;
  if (blkid_probe_lookup_value(probe, name, &value, NULL) == 0 && value) {
    strncpy(out, value, size - 1);
    out[size - 1] = 0;
  }
}

int orlop_probe(int file, struct orlop_signature *out) {
  memset(out, 0, sizeof *out);
  blkid_probe probe = blkid_new_probe();
  if (!probe) return -ENOMEM;
  errno = 0;
  int result = blkid_probe_set_device(probe, file, 0, 0);
  if (result == 0) {
    blkid_probe_enable_superblocks(probe, 1);
    blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID);
    blkid_probe_enable_partitions(probe, 1);
    errno = 0;
    result = blkid_do_safeprobe(probe);
  }
  int code = errno;
  if (result == 0) {
    copy_value(probe, "TYPE", out->type, sizeof out->type);
    if (!out->type[0]) copy_value(probe, "PTTYPE", out->type, sizeof out->type);
    copy_value(probe, "UUID", out->uuid, sizeof out->uuid);
  }
  blkid_free_probe(probe);
  if (result == 0) return 1;
  if (result == 1) return 0;
  if (result == -2) return -EMULTIHOP;
  return code ? -code : -EIO;
}
