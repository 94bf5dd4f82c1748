// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl-bpf: the policy on a kernel without portacl.  One object for all.
 */
#include "bind.h"
#include "early.h"
#include "guard.h"
#include "identity.h"
#include "learn.h"
#include "ptrace.h"

char LICENSE[] SEC("license") = "GPL";
