# SPDX-License-Identifier: GPL-2.0-only
# The entry point to everything; the work is done in scripts/.

# The tests run on all kernels unless K is given.
KERNELS := $(K)
K ?= 7.2
MAKEFLAGS += --no-print-directory
export CMD

ifneq ($(words $(CURDIR)),1)
$(error $(CURDIR): make takes no checkout whose path has blanks in it)
endif

help: ## this list
	@sed -n 's/^\([a-z-]*\):[a-z ]*## /\1\t/p' Makefile | expand -t 12
	@echo 'K=6.1, 6.12, 7.2 or latest; the default is $(K)'

demo: writable ## from nothing to nginx on port 80 without root, in a virtual machine
	@scripts/demo.sh '$(K)'

try: writable ## the same on a stock kernel, by BPF; K=…: on this one, in a virtual machine
	@scripts/try.sh $(KERNELS)

test: writable ## the test suite; T=NAME: one test; K=…: on one kernel
	@scripts/test.sh $(if $(T),-T '$(T)') $(KERNELS)

kernel: writable ## K=…: a patched kernel, build/K/bzImage and build/K/.config
	@scripts/build.sh '$(K)'

shell: writable ## K=…: boot it on this machine's root file system, with a shell
	@scripts/boot.sh '$(K)' -b

run: writable ## K=… CMD='…': run one command there
	@[ -n "$$CMD" ] || { echo "run: needs CMD, as in: make run K=$(K) CMD='uname -r'"; exit 2; }
	@scripts/boot.sh '$(K)' -b sh -c "$$CMD"

apply: ## KSRC=…: put portacl into a kernel tree
	@scripts/apply.sh '$(KSRC)'

unapply: ## KSRC=…: take it out again
	@scripts/apply.sh '$(KSRC)' undo

check-tree: ## KSRC=…: only say whether it fits
	@scripts/apply.sh '$(KSRC)' check

patch: writable ## K=…: one plain patch with all new files, build/portacl-K.patch
	@scripts/patch.sh '$(K)'

kernel-deb: writable ## K=… CONFIG=FILE or cloud: the patched kernel as Debian packages
	@scripts/kernel_deb.sh '$(K)' '$(CONFIG)'

tools: writable ## the tool portaclctl
	@scripts/setup.sh --can-compile
	@$(MAKE) -C tools/portaclctl

bpf: writable ## the BPF backend for kernels without portacl
	@scripts/setup.sh bpf tool
	@$(MAKE) -C tools/portacl-bpf

install: tools ## DESTDIR=…: install the tool and its manual pages
	@$(MAKE) -C tools/portaclctl install
	@[ "$$(id -u)" != 0 ] || chown -R --reference=. build

lint: ## check the style of sources and documents
	@scripts/proof/note.sh lint scripts/lint.sh

series: ## KSRC=…: a series for review and git am, in build/series
	@scripts/series.sh '$(KSRC)'

html: writable ## the documents as HTML, in build/html
	@scripts/docs.sh

pictures: ## draw the pictures of the documents
	@scripts/pictures.sh

dist: writable ## what is committed as build/portacl-VERSION.tar.gz
	@v=$$(sed -n '1s/.*(\(.*\)).*/\1/p' tools/portaclctl/debian/changelog) && \
		mkdir -p build && \
		git archive --prefix="portacl-$$v/" -o "build/portacl-$$v.tar.gz" HEAD && \
		echo "build/portacl-$$v.tar.gz"

bench: writable ## instructions and nanoseconds, beside portacl's peers
	@scripts/proof/note.sh bench scripts/bench/bench.sh $(BENCH)

test-full: writable ## what make test leaves out, too: debugging, slow tests
	@scripts/test.sh --full $(if $(T),-T '$(T)') $(KERNELS)

test-distro: writable ## K=6.12: an installed Debian with the packages, from its disk
	@scripts/test.sh -T distro $(or $(KERNELS),6.12)

test-peers: writable ## the kernel's own selftests, with portacl and without
	@scripts/test.sh -T peers $(KERNELS)

proof: ## note the last results of the tests in Documentation/tests
	@scripts/proof/proof.sh

test-stock: writable ## K=6.1, 6.12 or 7.2: the BPF backend on the distribution's own kernels
	@scripts/stock_test.sh $(if $(T),-T '$(T)') $(KERNELS)

fuzz: writable ## fuzz the parser and the readers of foreign text
	@scripts/setup.sh tool lint
	@scripts/proof/note.sh fuzz $(MAKE) -C tools/portaclctl fuzz

deb: writable ## portaclctl and portacl-bpf as Debian packages
	@scripts/setup.sh tool bpf deb
	@$(MAKE) -C tools/portaclctl deb
	@[ "$$(id -u)" != 0 ] || chown -R --reference=. build

setup: ## install the packages that all this needs (as root)
	@scripts/setup.sh

clean: ## remove build/ (the cache stays)
	rm -rf build

# After a build as root.  What another build has just removed is not writable,
# either.
writable:
	@f=$$(find build ! -type l ! -writable 2> /dev/null | \
		while read -r f; do [ ! -e "$$f" ] || { echo "$$f"; break; }; done); [ -z "$$f" ] || \
		{ [ ! -O "$$f" ] || { echo "make: $$f is read-only"; exit 2; }; \
		echo "make: $$f belongs to $$(stat -c %U "$$f"): sudo chown -R $$(id -un) build"; exit 2; }

.PHONY: help demo try test kernel shell run apply unapply check-tree patch kernel-deb tools bpf install \
	lint series html pictures dist bench test-full test-distro test-stock test-peers proof fuzz deb \
	setup clean writable
