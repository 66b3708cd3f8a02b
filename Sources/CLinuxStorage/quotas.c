// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
#include "orlop_quotas.h"

#include <errno.h>
#include <linux/dqblk_xfs.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/quota.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_quotactl_fd
#define SYS_quotactl_fd 443
#endif

_Static_assert(EXT4_SUPER_MAGIC == 0xef53 && BTRFS_SUPER_MAGIC == 0x9123683e, "magic");

static int answer(long result) { return result < 0 ? -errno : (int)result; }

int orlop_project_get(int file, uint32_t *project, uint32_t *inherits) {
  struct fsxattr found;
  if (ioctl(file, FS_IOC_FSGETXATTR, &found) < 0) return -errno;
  *project = found.fsx_projid;
  *inherits = (found.fsx_xflags & FS_XFLAG_PROJINHERIT) != 0;
  return 0;
}

int orlop_project_set(int file, uint32_t project, uint32_t inherits) {
  struct fsxattr attributes;
  if (ioctl(file, FS_IOC_FSGETXATTR, &attributes) < 0) return -errno;
  attributes.fsx_projid = project;
  attributes.fsx_xflags &= ~(uint32_t)FS_XFLAG_PROJINHERIT;
  if (inherits) attributes.fsx_xflags |= FS_XFLAG_PROJINHERIT;
  return answer(ioctl(file, FS_IOC_FSSETXATTR, &attributes));
}

static int command(int file, const char *device, int command, uint32_t project, void *data) {
  if (device) return answer(syscall(SYS_quotactl, QCMD(command, PRJQUOTA), device, project, data));
  return answer(syscall(SYS_quotactl_fd, file, QCMD(command, PRJQUOTA), project, data));
}

int orlop_project_enforced(int file, const char *device) {
  struct fs_quota_statv state = {.qs_version = FS_QSTATV_VERSION1};
  int result = command(file, device, Q_XGETQSTATV, 0, &state);
  if (result < 0) return result;
  if (!(state.qs_flags & FS_QUOTA_PDQ_ACCT)) return -ENOSYS;
  return (state.qs_flags & FS_QUOTA_PDQ_ENFD) != 0;
}

int orlop_project_read(int file, const char *device, uint32_t project, struct orlop_project_quota *out) {
  struct if_dqblk found;
  memset(&found, 0, sizeof found);
  int result = command(file, device, Q_GETQUOTA, project, &found);
  *out = (struct orlop_project_quota){
      .project = project,
      .used_bytes = found.dqb_curspace,
      .used_inodes = found.dqb_curinodes,
      .limit_blocks = found.dqb_bhardlimit,
      .limit_inodes = found.dqb_ihardlimit,
  };
  return result;
}

int orlop_project_next(int file, const char *device, uint32_t project, struct orlop_project_quota *out) {
  struct if_nextdqblk found;
  memset(&found, 0, sizeof found);
  int result = command(file, device, Q_GETNEXTQUOTA, project, &found);
  *out = (struct orlop_project_quota){
      .project = found.dqb_id,
      .used_bytes = found.dqb_curspace,
      .used_inodes = found.dqb_curinodes,
      .limit_blocks = found.dqb_bhardlimit,
      .limit_inodes = found.dqb_ihardlimit,
  };
  return result;
}

int orlop_project_limit(int file, const char *device, const struct orlop_project_quota *wanted) {
  struct if_dqblk limits = {
      .dqb_bhardlimit = wanted->limit_blocks, .dqb_ihardlimit = wanted->limit_inodes, .dqb_valid = QIF_LIMITS};
  return command(file, device, Q_SETQUOTA, wanted->project, &limits);
}
