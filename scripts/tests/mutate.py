#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compile mutants into a copy of the kernel part.

Usage: mutate.py FROM TO SEED NUMBER SKIP [FILE...]

FROM and TO are directories security/portacl.  A mutant is one change of one line:
another operator, a bound that is off by one, a negated condition or a missing
statement.  Each mutant is a copy of its function, which the original calls if the
variable portacl_mutant has the mutant's number.  So one build holds all mutants.
User space sets the variable by the environment variable MUTANT, a kernel by the
parameter mutant= or /sys/module/kernel/parameters/mutant.

Numbers depend on FILE and SEED only.  The file SKIP lists those that do not compile.
Standard output: NUMBER FILE LINE FUNCTION OLD NEW, with a tab between them.
"""
import random
import re
import sys
from collections import defaultdict
from pathlib import Path

# A pattern and its replacements.  In this style, operators stand between blanks.
SWAPS = [
    (r" == ", [" != "]), (r" != ", [" == "]),
    (r" < ", [" <= ", " >= "]), (r" <= ", [" < ", " > "]),
    (r" > ", [" >= ", " <= "]), (r" >= ", [" > ", " < "]),
    (r" && ", [" || "]), (r" \|\| ", [" && "]),
    (r" && ?$", [" ||"]), (r" \|\| ?$", [" &&"]),
    (r" \+ 1\b", [""]), (r" - 1\b", [""]),
    (r" \+ (?=\w)", [" - "]), (r" - (?=\w)", [" + "]),
    (r" & ~", [" & "]), (r" \| ", [" & "]), (r" & (?!~)", [" | "]),
    (r" \|= ", [" = "]), (r" << ", [" >> "]), (r" >> ", [" << "]),
    (r"(?<=[(\s])!(?=[\w(])", [""]),
    (r"\btrue;", ["false;"]), (r"\bfalse;", ["true;"]),
    (r"\bcontinue;", ["break;"]),
]
# A condition without an operator.
CONDITION = re.compile(r"\bif \((?=.*\)$)")
# A statement that is complete in its line.
STATEMENT = re.compile(r"^\t+(?!return|break|continue|goto|else|case|static|const|"
                       r"struct|enum|u\d|int |bool |char |size_t|unsigned|for|"
                       r"if|while|do|\})[\w*(][^{}]*;$")
NO_CODE = re.compile(r"^\s*(/?\*|#|//)|might_sleep|lockdep_|WARN|static_assert|"
                     r"cond_resched|BUILD_BUG")
FUNCTION = re.compile(r"^(?P<head>[a-z][^;{}#=]*?\b(?P<name>\w+)"
                      r"\((?P<params>[^;{}]*)\))\n\{\n(?P<body>.*?)^\}\n", re.M | re.S)
VARIABLE = {
    "policy.c": """
#ifndef __KERNEL__
char *getenv(const char *name);
int atoi(const char *text);
int portacl_mutant;

static void __attribute__((constructor)) choose_mutant(void)
{
	portacl_mutant = getenv("MUTANT") ? atoi(getenv("MUTANT")) : 0;
}
#endif
""",
    "lsm.c": """
#include <linux/moduleparam.h>
int portacl_mutant;
core_param(mutant, portacl_mutant, int, 0644);
"""}


def mutations(body):
    """All (number of the line in the body, new line)."""
    lines = body.splitlines()
    for nr, line in enumerate(lines):
        if NO_CODE.search(line):
            continue
        swapped = [(nr, line[:match.start()] + new + line[match.end():])
                   for pattern, replacements in SWAPS
                   for match in re.finditer(pattern, line) for new in replacements]
        yield from swapped
        if not swapped and CONDITION.search(line):
            yield nr, CONDITION.sub("if (!(", line) + ")"
        if STATEMENT.match(line) and \
                (not nr or lines[nr - 1].endswith((";", "{", "}", ":", "*/"))
                 or not lines[nr - 1]):
            yield nr, "\t;"


def candidates(directory, files):
    """All (file, start of the function, line, new line)."""
    for name in files:
        source = (directory / name).read_text()
        for function in FUNCTION.finditer(source):
            if "..." not in function["params"] and "(" not in function["params"]:
                for nr, text in mutations(function["body"]):
                    yield name, function.start(), nr, text


def arguments(params):
    if params == "void":
        return ""
    return ", ".join(re.findall(r"\w+", p.split("[")[0])[-1] for p in params.split(","))


def copy_of(function, number, nr, text):
    """The function with one line changed.  An error names mutant-NUMBER as the file."""
    lines = function["body"].splitlines()
    lines[nr] = text
    head = re.sub(rf"\b{function['name']}\(", f"{function['name']}_{number}(",
                  function["head"])
    if not head.startswith("static"):
        head = "static " + head
    return f'#line 1 "mutant-{number}"\n{head}\n{{\n' + "\n".join(lines) + "\n}\n\n"


def with_mutants(function, source, chosen):
    """The copies, and the function that selects one.  It may call itself."""
    text = f"{function['head']};\n" + "".join(copy_of(function, *mutant) for mutant in chosen)
    line = source.count("\n", 0, function.start()) + 1
    text += f'#line {line} "original"\n{function["head"]}\n{{\n\tswitch (portacl_mutant) {{\n'
    for number, _, _ in chosen:
        call = f"{function['name']}_{number}({arguments(function['params'])})"
        void = re.match(r"(static |noinline |inline |__init )*void\b", function["head"])
        text += f"\tcase {number}:\n\t\t"
        text += f"{call};\n\t\treturn;\n" if void else f"return {call};\n"
    return text + "\t}\n" + function["body"] + "}\n"


def main():
    here, to, seed, count, skip, *files = sys.argv[1:]
    here, to = Path(here), Path(to)
    mutants = list(enumerate(candidates(here, files), 1))
    random.Random(int(seed)).shuffle(mutants)
    skipped = {int(n) for n in Path(skip).read_text().split()}
    chosen = defaultdict(list)
    for number, (name, start, nr, text) in \
            [m for m in mutants if m[0] not in skipped][:int(count)]:
        chosen[name, start].append((number, nr, text))
    for name in sorted({*files, *VARIABLE}):
        source = (here / name).read_text()

        def replace(function):
            place = chosen.get((name, function.start()))
            if not place:
                return function.group()
            first = source.count("\n", 0, function.start("body")) + 1
            for number, nr, text in place:
                old = function["body"].splitlines()[nr].strip()
                print(number, name, first + nr, function["name"], old,
                      text.strip(), sep="\t")
            return with_mutants(function, source, place)

        (to / name).write_text("extern int portacl_mutant;\n" +
                               FUNCTION.sub(replace, source) + VARIABLE.get(name, ""))


if __name__ == "__main__":
    main()
