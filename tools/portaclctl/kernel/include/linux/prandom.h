/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers that can be replayed; not the kernel's sequence.
 */
#ifndef _PORTACLCTL_LINUX_PRANDOM_H
#define _PORTACLCTL_LINUX_PRANDOM_H

#include <linux/types.h>

struct rnd_state {
	u64 state;
};

static inline void prandom_seed_state(struct rnd_state *rnd, u64 seed)
{
	rnd->state = seed * 2 + 1;
}

/* xorshift64 */
static inline u32 prandom_u32_state(struct rnd_state *rnd)
{
	rnd->state ^= rnd->state << 13;
	rnd->state ^= rnd->state >> 7;
	rnd->state ^= rnd->state << 17;
	return rnd->state >> 32;
}

#endif /* _PORTACLCTL_LINUX_PRANDOM_H */
