# SPDX-License-Identifier: GPL-2.0-only
"""How a comparison with a model or with the original ends."""


def outcome(failed, what, enough=True):
    """Print what was compared and what failed.  Return the exit status."""
    print("# " + what)
    if not enough:
        failed = failed + ["too little was compared"]
    print("\n".join(failed))
    return bool(failed)
