// SPDX-License-Identifier: GPL-2.0-only
#include "lib/nearest.h"

#define MAX_WORD 32

/* At most a third of the letters may be wrong, and no more than two. */
struct nearest nearest_to(const char *typed)
{
	u32 limit = min(strlen(typed) / 3, (size_t)2);

	return (struct nearest) { .typed = typed, .distance = limit + 1 };
}

/* The Levenshtein distance, where two swapped letters count as one change. */
static u32 distance(const char *a, const char *b)
{
	u32 rows[MAX_WORD + 1][MAX_WORD + 1];
	u32 i, j, x = strlen(a), y = strlen(b);

	if (x > MAX_WORD || y > MAX_WORD)
		return MAX_WORD;
	for (i = 0; i <= x; i++)
		rows[i][0] = i;
	for (j = 0; j <= y; j++)
		rows[0][j] = j;
	for (i = 1; i <= x; i++)
		for (j = 1; j <= y; j++) {
			bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				       a[i - 2] == b[j - 1];

			rows[i][j] = min3(rows[i - 1][j] + 1,
					  rows[i][j - 1] + 1,
					  rows[i - 1][j - 1] +
					  (a[i - 1] != b[j - 1]));
			if (swapped)
				rows[i][j] = min(rows[i][j],
						 rows[i - 2][j - 2] + 1);
		}
	return rows[x][y];
}

/* A shortened word is near as well. */
void nearest_try(struct nearest *near, const char *word)
{
	size_t len = strlen(near->typed);
	u32 found = len > 1 && !strncmp(word, near->typed, len) ?
		    0 : distance(near->typed, word);

	if (found >= near->distance)
		return;
	near->word = word;
	near->distance = found;
}
