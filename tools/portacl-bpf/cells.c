// SPDX-License-Identifier: GPL-2.0-only
/*
 * The array of cells, which grows.
 */
#include <linux/kernel.h>

#include "build.h"

/**
 * cells_add - append cells, all zero
 * @cells: the cells
 * @nr: number of cells to append
 *
 * Return: the index of the first one, 0: no memory.
 */
u32 cells_add(struct cells *cells, u64 nr)
{
	u32 first = cells->nr;
	u64 end = first + nr, cap = end + end / 2;
	struct pa_cell *grown;

	if (end > PA_MAX_CELLS)
		return 0;
	if (end > cells->cap) {
		grown = realloc(cells->cells, cap * sizeof(*grown));
		if (!grown)
			return 0;
		cells->cells = grown;
		cells->cap = cap;
	}
	memset(cells->cells + first, 0, nr * sizeof(*cells->cells));
	cells->nr = end;
	return first;
}

void cells_free(struct cells *cells)
{
	free(cells->cells);
	free(cells->text);
	*cells = (struct cells) { };
}
