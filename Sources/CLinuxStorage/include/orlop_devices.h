// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
//
// Block devices: loop(4) and what libblkid finds on them.
#ifndef ORLOP_DEVICES_H
#define ORLOP_DEVICES_H

#include <stdint.h>

// Probes with libblkid: 1 and filled, 0 when there is nothing, -EMULTIHOP when signatures contradict each other.
struct orlop_signature {
  char type[32];
  char uuid[64];
};
int orlop_probe(int file, struct orlop_signature *out);

#endif
