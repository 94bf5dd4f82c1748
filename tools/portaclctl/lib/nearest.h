/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the known word that a mistyped one is nearest to.
 */
#ifndef _PORTACLCTL_LIB_NEAREST_H
#define _PORTACLCTL_LIB_NEAREST_H

#include <linux/kernel.h>

/**
 * struct nearest - a search among known words
 * @typed: the word that was typed
 * @word: the nearest known one so far; NULL: none is near
 * @distance: number of letters to change to get from one to the other
 */
struct nearest {
	const char *typed;
	const char *word;
	u32 distance;
};

struct nearest nearest_to(const char *typed);
void nearest_try(struct nearest *near, const char *word);

#endif /* _PORTACLCTL_LIB_NEAREST_H */
