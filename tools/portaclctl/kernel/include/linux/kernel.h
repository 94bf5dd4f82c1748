/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's parser and matcher need of the kernel, in user space.
 */
#ifndef _PORTACLCTL_LINUX_KERNEL_H
#define _PORTACLCTL_LINUX_KERNEL_H

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <linux/limits.h>
#include <linux/types.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define noinline __attribute__((noinline))
#define likely(x) (x)
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
/* With or without a message, as the kernel's. */
#undef static_assert
#define static_assert(condition, ...) _Static_assert(condition, #condition)

#define __printf(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define BITS_PER_LONG __LONG_WIDTH__
#define BITS_TO_LONGS(bits) (((bits) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define BIT(bit) (1UL << (bit))
#define __ffs(word) __builtin_ctzl(word)
#define __fls(word) (BITS_PER_LONG - 1 - __builtin_clzl(word))
#define roundup_pow_of_two(value) \
	((value) < 2 ? 1U : 1U << (32 - __builtin_clz((value) - 1)))
#define ilog2(value) (31 - __builtin_clz(value))

#define min(a, b) ({				\
	__typeof__(a) min_a = (a);		\
	__typeof__(b) min_b = (b);		\
	min_a < min_b ? min_a : min_b; })
#define max(a, b) ({				\
	__typeof__(a) max_a = (a);		\
	__typeof__(b) max_b = (b);		\
	max_a > max_b ? max_a : max_b; })
#define max3(a, b, c) max(max(a, b), c)
#define min3(a, b, c) min(min(a, b), c)
#define max_t(type, a, b) max((type)(a), (type)(b))
#define min_t(type, a, b) min((type)(a), (type)(b))
#define swap(a, b) \
	do { __typeof__(a) swap_a = (a); (a) = (b); (b) = swap_a; } while (0)
#define cond_resched() ((void)0)
/* A barrier for the kernel only: here one thread has the policy. */
#define smp_load_acquire(ptr) (*(ptr))
#define clamp(value, low, high) min(max(value, low), high)
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define round_up(n, d) (DIV_ROUND_UP(n, d) * (d))

#define GFP_KERNEL 0
#define GFP_KERNEL_ACCOUNT 0
#define kvmalloc_array(nr, size, gfp) reallocarray(NULL, nr, size)
#define kvcalloc(nr, size, gfp) calloc(nr, size)
#define kvzalloc(size, gfp) calloc(1, size)
#define kvfree(data) free(data)

#define ERR_PTR(error) ((void *)(long)(error))
#define PTR_ERR(ptr) ((long)(ptr))
#define IS_ERR(ptr) ((unsigned long)(ptr) >= (unsigned long)-4095)

#define GOLDEN_RATIO_64 0x61C8864680B583EBull

#define sort(base, nr, size, cmp, swap) qsort(base, nr, size, cmp)
#define sort_r(base, nr, size, cmp, swap, priv) \
	qsort_r(base, nr, size, (__compar_d_fn_t)(cmp), priv)

static inline bool test_bit(unsigned int bit, const unsigned long *map)
{
	return map[bit / BITS_PER_LONG] >> bit % BITS_PER_LONG & 1;
}

static inline void bitmap_set(unsigned long *map, unsigned int start, int nr)
{
	while (nr > 0) {
		unsigned int bit = start % BITS_PER_LONG;
		int n = min(nr, (int)(BITS_PER_LONG - bit));

		map[start / BITS_PER_LONG] |= ~0UL >> (BITS_PER_LONG - n) << bit;
		start += n;
		nr -= n;
	}
}

static inline void bitmap_fill(unsigned long *map, unsigned int nr)
{
	memset(map, 0xff, nr / 8);
}

static inline unsigned int find_next_bit(const unsigned long *map,
					 unsigned int nr, unsigned int bit)
{
	while (bit < nr) {
		unsigned long word = map[bit / BITS_PER_LONG] >>
				     bit % BITS_PER_LONG;

		if (word)
			return bit + __ffs(word);
		bit = round_up(bit + 1, BITS_PER_LONG);
	}
	return nr;
}

#define for_each_set_bit(bit, map, nr)				\
	for ((bit) = find_next_bit(map, nr, 0); (bit) < (nr);	\
	     (bit) = find_next_bit(map, nr, (bit) + 1))

int match_string(const char *const *names, size_t nr, const char *name);
int kstrtouint(const char *text, unsigned int base, unsigned int *value);
int kstrtoull(const char *text, unsigned int base, unsigned long long *value);
int in4_pton(const char *src, int len, u8 *dst, int delim, const char **end);
int in6_pton(const char *src, int len, u8 *dst, int delim, const char **end);

#endif /* _PORTACLCTL_LINUX_KERNEL_H */
