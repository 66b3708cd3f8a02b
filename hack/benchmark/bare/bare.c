// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
//
// usage: bare DIRECTORY FILESYSTEM WORKERS CYCLES TEMPLATE
// A volume's life by the fewest system calls that we know, for hack/bench: what the kernel costs, whatever the language.
// An image is cloned from the formatted file TEMPLATE, held in memory, and given a UUID of its own; image and record are made
// durable, each by fsync, rename and fsync of the directory. Nothing is checked, locked, admitted or looked at twice.
// Prints a line of milliseconds for each cycle: the whole, create, publish, write, unpublish, delete; then `wall SECONDS` and
// `thin KILOBYTES` of an image on the disk.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 4096, GROUP = 32768 * BLOCK, STEPS = 5 };

struct run {
  off_t offset;
  size_t length;
  unsigned char *bytes;
};

static struct run runs[4096];
static int run_count;
static off_t image_bytes;
static const char *directory, *filesystem;
static int cycles;

static double now(void) {
  struct timespec moment;
  clock_gettime(CLOCK_MONOTONIC, &moment);
  return (double)moment.tv_sec * 1e3 + (double)moment.tv_nsec / 1e6;
}

static int must(int result, const char *what) {
  if (result >= 0) return result;
  perror(what);
  exit(1);
}

// The blocks of the template that are not zero, in runs.
static void load(const char *path) {
  int file = must(open(path, O_RDONLY | O_CLOEXEC), path);
  image_bytes = lseek(file, 0, SEEK_END);
  unsigned char block[BLOCK];
  static const unsigned char zero[BLOCK];
  for (off_t data = 0; (data = lseek(file, data, SEEK_DATA)) >= 0;) {
    off_t hole = lseek(file, data, SEEK_HOLE);
    for (; data < hole; data += BLOCK) {
      must((int)pread(file, block, BLOCK, data), "pread");
      if (memcmp(block, zero, BLOCK) == 0) continue;
      struct run *last = run_count ? &runs[run_count - 1] : NULL;
      if (!last || last->offset + (off_t)last->length != data) {
        if (run_count == 4096) must(-1, "too many runs in the template");
        last = &runs[run_count++];
        *last = (struct run){.offset = data};
      }
      last->bytes = realloc(last->bytes, last->length + BLOCK);
      memcpy(last->bytes + last->length, block, BLOCK);
      last->length += BLOCK;
    }
  }
  close(file);
}

static uint32_t crc32c(const unsigned char *bytes, size_t count) {
  uint32_t crc = ~0u;
  for (size_t i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78 : 0);
  }
  return crc;
}

// Gives the superblock at `offset` of the image its own UUID and hash seed, and the checksum that ext4 wants.
static void stamp(int file, off_t offset, const unsigned char identity[32]) {
  for (int i = 0; i < run_count; i++) {
    if (offset < runs[i].offset || offset >= runs[i].offset + (off_t)runs[i].length) continue;
    unsigned char block[1024];
    memcpy(block, runs[i].bytes + (offset - runs[i].offset), 1024);
    memcpy(block + 0x68, identity, 16);
    memcpy(block + 0xEC, identity + 16, 16);
    uint32_t sum = crc32c(block, 1020);
    if (strcmp(filesystem, "ext4") == 0) memcpy(block + 0x3FC, &sum, 4);
    must((int)pwrite(file, block, 1024, offset), "pwrite");
  }
}

static void sync_directory(const char *path) {
  int file = must(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path);
  must(fsync(file), "fsync");
  close(file);
}

// The durable image; returns it open.
static int create_image(const char *home, const char *path) {
  char draft[512];
  snprintf(draft, sizeof draft, "%s.draft", path);
  int file = must(open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), draft);
  must(ftruncate(file, image_bytes), "ftruncate");
  for (int i = 0; i < run_count; i++)
    must((int)pwrite(file, runs[i].bytes, runs[i].length, runs[i].offset), "pwrite");
  unsigned char identity[32];
  must((int)getrandom(identity, sizeof identity, 0), "getrandom");
  stamp(file, 1024, identity);
  static const int bases[] = {3, 5, 7};
  if (image_bytes > GROUP) stamp(file, GROUP, identity);
  for (int i = 0; i < 3; i++)
    for (off_t group = bases[i]; group * GROUP < image_bytes; group *= bases[i]) stamp(file, group * GROUP, identity);
  must(fsync(file), "fsync");
  must(rename(draft, path), "rename");
  sync_directory(home);
  return file;
}

static void write_record(const char *home, const char *path) {
  char draft[512], text[600];
  snprintf(draft, sizeof draft, "%s.draft", path);
  memset(text, '{', sizeof text);
  int file = must(open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), draft);
  must((int)write(file, text, sizeof text), "write");
  must(fsync(file), "fsync");
  must(rename(draft, path), "rename");
  close(file);
  sync_directory(home);
}

// Attaches `image`; returns the open device, which detaches itself when nobody has it open or mounted.
static int attach(int image, char *device, size_t size) {
  int control = must(open("/dev/loop-control", O_RDWR | O_CLOEXEC), "/dev/loop-control");
  struct loop_config config = {
      .fd = (uint32_t)image, .block_size = BLOCK, .info.lo_flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO};
  for (;;) {
    snprintf(device, size, "/dev/loop%d", must(ioctl(control, LOOP_CTL_GET_FREE), "LOOP_CTL_GET_FREE"));
    int file = must(open(device, O_RDWR | O_CLOEXEC), device);
    int result = ioctl(file, LOOP_CONFIGURE, &config);
    if (result == 0) {
      close(control);
      return file;
    }
    if (errno != EBUSY) must(result, "LOOP_CONFIGURE");
    close(file);
  }
}

static void unmount(const char *path) {
  for (int i = 0; i < 100; i++) {
    if (umount2(path, UMOUNT_NOFOLLOW) == 0) return;
    usleep(1000);
  }
  must(-1, path);
}

static void cycle(const char *home, double *times, long *kilobytes) {
  char image[256], record[256], mounted[256], view[256], written[300], device[64];
  snprintf(image, sizeof image, "%s/image", home);
  snprintf(record, sizeof record, "%s/record", home);
  snprintf(mounted, sizeof mounted, "%s/mount", home);
  snprintf(view, sizeof view, "%s/view", home);
  snprintf(written, sizeof written, "%s/file", view);
  *times++ = now();
  int file = create_image(home, image);
  write_record(home, record);
  *times++ = now();
  struct stat status;
  if (kilobytes && fstat(file, &status) == 0) *kilobytes = (long)status.st_blocks / 2;
  int loop = attach(file, device, sizeof device);
  must(mount(device, mounted, filesystem, 0, NULL), "mount");
  close(loop);
  close(file);
  must(mount(mounted, view, NULL, MS_BIND, NULL), "bind");
  *times++ = now();
  int target = must(open(written, O_WRONLY | O_CREAT | O_CLOEXEC, 0644), written);
  static const char block[BLOCK] = {7};
  must((int)write(target, block, BLOCK), "write");
  must(fsync(target), "fsync");
  close(target);
  *times++ = now();
  unmount(view);
  unmount(mounted);
  *times++ = now();
  must(unlink(image), "unlink");
  must(unlink(record), "unlink");
  *times = now();
}

struct worker {
  pthread_t thread;
  char home[128];
  double *times;
};

static void prepare(struct worker *worker, int index) {
  char path[256];
  snprintf(worker->home, sizeof worker->home, "%s/worker-%d", directory, index);
  mkdir(worker->home, 0700);
  snprintf(path, sizeof path, "%s/mount", worker->home);
  mkdir(path, 0700);
  snprintf(path, sizeof path, "%s/view", worker->home);
  mkdir(path, 0700);
  worker->times = calloc((size_t)cycles * (STEPS + 1), sizeof(double));
}

static void *work(void *argument) {
  struct worker *worker = argument;
  for (int i = 0; i < cycles; i++) cycle(worker->home, worker->times + i * (STEPS + 1), NULL);
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 6) {
    fprintf(stderr, "usage: bare DIRECTORY FILESYSTEM WORKERS CYCLES TEMPLATE\n");
    return 2;
  }
  directory = arguments[1];
  filesystem = arguments[2];
  int workers = atoi(arguments[3]);
  cycles = atoi(arguments[4]);
  load(arguments[5]);
  mkdir(directory, 0700);
  struct worker *all = calloc((size_t)workers, sizeof *all);
  for (int i = 0; i < workers; i++) prepare(&all[i], i);
  double first[STEPS + 1];
  long kilobytes = 0;
  cycle(all[0].home, first, &kilobytes);
  double begin = now();
  for (int i = 0; i < workers; i++) pthread_create(&all[i].thread, NULL, work, &all[i]);
  for (int i = 0; i < workers; i++) pthread_join(all[i].thread, NULL);
  double wall = now() - begin;
  for (int i = 0; i < workers; i++) {
    for (int j = 0; j < cycles; j++) {
      const double *times = all[i].times + j * (STEPS + 1);
      printf("%.3f", times[STEPS] - times[0]);
      for (int step = 0; step < STEPS; step++) printf(" %.3f", times[step + 1] - times[step]);
      printf("\n");
    }
  }
  printf("wall %.4f\nthin %ld\n", wall / 1e3, kilobytes);
  return 0;
}
