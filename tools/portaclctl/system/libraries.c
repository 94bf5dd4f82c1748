// SPDX-License-Identifier: GPL-2.0-only
/*
 * With AT_SECURE the loader ignores LD_LIBRARY_PATH, and $ORIGIN in a RUNPATH.
 * So a library that is only found by them is missing then.
 */
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/command.h"
#include "lib/util.h"
#include "system/libraries.h"

/**
 * struct image - an ELF file of this machine's word size
 * @data: the file
 * @size: its size
 */
struct image {
	const u8 *data;
	size_t size;
};

static const void *image_at(const struct image *image, u64 offset, u64 size)
{
	/* Tables are aligned; a text is one byte at least. */
	return offset <= image->size && size <= image->size - offset &&
	       (size == 1 || !(offset % sizeof(u64))) ?
	       image->data + offset : NULL;
}

/* The program header of a type, the one after @last, or NULL. */
static const Elf64_Phdr *find_header(const struct image *image, u32 type,
				     u64 address)
{
	const Elf64_Ehdr *elf = image_at(image, 0, sizeof(*elf));
	const Elf64_Phdr *header;
	u32 i;

	if (!elf || memcmp(elf->e_ident, ELFMAG, SELFMAG) ||
	    elf->e_ident[EI_CLASS] != ELFCLASS64 ||
	    elf->e_phentsize != sizeof(*header))
		return NULL;
	header = image_at(image, elf->e_phoff,
			  (u64)elf->e_phnum * sizeof(*header));
	for (i = 0; header && i < elf->e_phnum; i++)
		if (header[i].p_type == type &&
		    (type != PT_LOAD ||
		     (address >= header[i].p_vaddr &&
		      address - header[i].p_vaddr < header[i].p_filesz)))
			return &header[i];
	return NULL;
}

/* A text of the dynamic string table, or NULL. */
static const char *find_text(const struct image *image, u64 address)
{
	const Elf64_Phdr *load = find_header(image, PT_LOAD, address);
	const char *text;
	u64 offset;

	if (!load)
		return NULL;
	offset = load->p_offset + (address - load->p_vaddr);
	text = image_at(image, offset, 1);
	return text && memchr(text, '\0', image->size - offset) ? text : NULL;
}

/* The directories of the loader's cache, and its default ones. */
static const char *loader_cache(void)
{
	const char *const argv[] = { "/sbin/ldconfig", "-p", NULL };
	static char *text;

	if (!text)
		text = read_command(argv);
	if (!text)
		text = xstrdup("");
	return text;
}

static bool in_cache(const char *name)
{
	autofree char *line = xasprintf("\n\t%s (", name);

	return strstr(loader_cache(), line);
}

static bool in_dirs(const char *dirs, const char *name)
{
	autofree char *copy = xstrdup(dirs);
	char *rest = copy, *dir;

	while ((dir = strsep(&rest, ":"))) {
		autofree char *path = xasprintf("%s/%s", dir, name);

		if (*dir == '/' && !access(path, F_OK))
			return true;
	}
	return false;
}

static bool is_found(const char *name, const char *runpath)
{
	return *name == '/' || in_cache(name) || in_dirs(runpath, name) ||
	       in_dirs("/lib:/usr/lib:/lib64:/usr/lib64", name);
}

static char *find_missing(const struct image *image)
{
	const Elf64_Phdr *header = find_header(image, PT_DYNAMIC, 0);
	const Elf64_Dyn *entry = header ? image_at(image, header->p_offset,
						   header->p_filesz) : NULL;
	u64 i, nr = entry ? header->p_filesz / sizeof(*entry) : 0, table = 0;
	const char *runpath = "", *text;

	for (i = 0; i < nr; i++)
		if (entry[i].d_tag == DT_STRTAB)
			table = entry[i].d_un.d_ptr;
	for (i = 0; i < nr; i++) {
		text = entry[i].d_tag == DT_RUNPATH ||
		       entry[i].d_tag == DT_RPATH ?
		       find_text(image, table + entry[i].d_un.d_val) : NULL;
		runpath = text ? text : runpath;
	}
	for (i = 0; i < nr; i++) {
		text = entry[i].d_tag == DT_NEEDED ?
		       find_text(image, table + entry[i].d_un.d_val) : NULL;
		if (text && !is_found(text, runpath))
			return xstrdup(text);
	}
	return NULL;
}

/**
 * missing_library - find a library that the loader finds by the environment only
 * @path: the program
 *
 * Return: the library, for free(), or NULL.
 */
char *missing_library(const char *path)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct image image = { 0 };
	char *missing = NULL;
	struct stat st;

	/* Without the cache nothing is known. */
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || !st.st_size ||
	    !*loader_cache())
		return NULL;
	image.size = st.st_size;
	image.data = mmap(NULL, image.size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (image.data == MAP_FAILED)
		return NULL;
	missing = find_missing(&image);
	munmap((void *)image.data, image.size);
	return missing;
}
