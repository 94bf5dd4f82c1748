# SPDX-License-Identifier: GPL-2.0-only
# The entry point to everything; the work is done in scripts/.

K ?= 7.2
MAKEFLAGS += --no-print-directory
export CMD

ifneq ($(words $(CURDIR)),1)
$(error $(CURDIR): make takes no checkout whose path has blanks in it)
endif

help: ## this list
	@sed -n 's/^\([a-z-]*\):[a-z ]*## /\1\t/p' Makefile | expand -t 12
	@echo 'K=6.1, 6.12, 7.2 or latest; the default is $(K)'

demo: ## from nothing to nginx on port 80 without root, in a virtual machine
	@scripts/demo.sh '$(K)'

test: ## the test suite
	@scripts/test.sh

kernel: ## K=…: a patched kernel, build/K/bzImage and build/K/.config
	@scripts/build.sh '$(K)'

shell: kernel ## K=…: boot it on this machine's root file system, with a shell
	@scripts/boot.sh '$(K)'

run: kernel ## K=… CMD='…': run one command there
	@scripts/boot.sh '$(K)' sh -c "$${CMD:?no CMD given}"

apply: ## KSRC=…: put portacl into a kernel tree
	@scripts/apply.sh '$(KSRC)'

unapply: ## KSRC=…: take it out again
	@scripts/apply.sh '$(KSRC)' undo

check-tree: ## KSRC=…: only say whether it fits
	@scripts/apply.sh '$(KSRC)' check

tools: ## the tool portaclctl
	@$(MAKE) -C tools/portaclctl

install: ## DESTDIR=…: install the tool and its manual pages
	@$(MAKE) -C tools/portaclctl install

lint: ## the gates of style
	@scripts/lint.sh

series: ## KSRC=…: a series for git am, in build/series
	@scripts/series.sh '$(KSRC)'

bench: ## instructions and nanoseconds, beside portacl's peers
	@scripts/bench/bench.sh $(BENCH)

test-full: ## what make test leaves out, too: debugging, slow tests
	@scripts/test.sh --full

fuzz: ## feed the parser with what no test thought of
	@scripts/setup.sh build lint
	@$(MAKE) -C tools/portaclctl fuzz

deb: ## the tool as a Debian package
	@scripts/setup.sh build deb
	@$(MAKE) -C tools/portaclctl deb

setup: ## install the packages that all this needs (as root)
	@scripts/setup.sh

clean: ## remove build/ (the cache stays)
	rm -rf build

.PHONY: help demo test kernel shell run apply unapply check-tree tools install \
	lint series bench test-full fuzz deb setup clean
