# SPDX-License-Identifier: GPL-2.0-only
#
# Programs and libraries that the identity tests execute and inject.
TEST_PROGS += daemons_test.sh
TEST_FILES += servers.sh
TEST_GEN_FILES += svc svc_dyn inject.so loader

# Pattern rules, for this comes before lib.mk knows $(OUTPUT).  The library
# that svc_dyn names without need has no symbol versions: another can take its
# place.
%/svc_dyn: svc.c $(wildcard svc*.h)
	$(CC) $(CFLAGS) $< -pthread -Wl,--no-as-needed -lm -o $@
%/inject.so: inject.c
	$(CC) $(CFLAGS) $< -fPIC -fno-stack-protector -shared -nostdlib -o $@
%/loader: inject.c
	$(CC) $(CFLAGS) $< -DLOADER -fno-pie -no-pie -fno-stack-protector \
		-static -nostdlib -o $@
