// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
#include "orlop_freeze.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int answer(long result) { return result < 0 ? -errno : (int)result; }

int orlop_freeze(int directory) { return answer(ioctl(directory, FIFREEZE, 0)); }
int orlop_thaw(int directory) { return answer(ioctl(directory, FITHAW, 0)); }
int orlop_share(int from, int to) { return answer(ioctl(to, FICLONE, from)); }

static void close_between(unsigned first, unsigned last) {
  if (first <= last) syscall(SYS_close_range, first, last, 0u);
}

// What the child does; nothing but system calls, for it is the copy of a process with threads.
static _Noreturn void stand_guard(int directory, int pipe, uint32_t seconds) {
  unsigned low = (unsigned)(directory < pipe ? directory : pipe);
  unsigned high = (unsigned)(directory < pipe ? pipe : directory);
  if (low > 0) close_between(0, low - 1);
  close_between(low + 1, high - 1);
  close_between(high + 1, ~0u);
  setsid();
  for (int signal = 1; signal < 32; signal++) {
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (signal != SIGKILL && signal != SIGSTOP) sigaction(signal, &ignore, NULL);
  }
  struct pollfd wait = {.fd = pipe, .events = POLLIN};
  int milliseconds = seconds > 2000000 ? 2000000000 : (int)seconds * 1000;
  for (;;) {
    int ready = poll(&wait, 1, milliseconds);
    if (ready < 0) continue;
    if (ready == 0) {
      if (ioctl(directory, FITHAW, 0) == 0) _exit(1);
      continue;  // not frozen yet
    }
    char told;
    if (read(pipe, &told, 1) == 1) _exit(0);
    ioctl(directory, FITHAW, 0);  // the other end is gone, and so is whoever held it
    _exit(0);
  }
}

int orlop_guard_start(int directory, uint32_t seconds, struct orlop_guard *out) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  pid_t child = _Fork();
  if (child == 0) stand_guard(directory, ends[0], seconds);
  int failure = errno;
  close(ends[0]);
  if (child < 0) {
    close(ends[1]);
    return -failure;
  }
  *out = (struct orlop_guard){.process = child, .pipe = ends[1]};
  return 0;
}

int orlop_guard_end(struct orlop_guard guard) {
  // The child ignores SIGPIPE, and so must we: it may be gone already.
  sigset_t pipes, before;
  sigemptyset(&pipes);
  sigaddset(&pipes, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipes, &before);
  ssize_t written = write(guard.pipe, "x", 1);
  if (written < 0 && errno == EPIPE) {
    struct timespec none = {0};
    sigtimedwait(&pipes, NULL, &none);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(guard.pipe);
  int status = 0;
  while (waitpid(guard.process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}
