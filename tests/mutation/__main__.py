"""Mutation testing: `python -m tests.mutation [MODULE…]`, or `make mutants` for all of the table.

Each mutant of a module runs the module's tests in a fork of this process, with the mutant in the module's place, until
one fails; a mutant that runs for far longer than the module itself counts as killed too. Survivors that cannot be told
from the original are in `explained.toml` with their places and the reason. The exit status is 1 while any other mutant
survives, or while `explained.toml` has an entry for a mutant that does not exist or that some test kills.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

from tests.mutation.explained import Explained
from tests.mutation.operators import mutants
from tests.mutation.running import Trial

ROOT = Path(__file__).parents[2]


def main(wanted: Sequence[str]) -> int:
    os.chdir(ROOT)
    table = tomllib.loads((Path(__file__).parent / "table.toml").read_text())["modules"]
    wrong = [_judge(name, table[name]) for name in wanted or table]
    return 1 if any(wrong) else 0


def _judge(name: str, tests: Sequence[str]) -> bool:
    """Tries every mutant of a module. Whether anything is wrong."""
    source = (ROOT / (name.replace(".", "/") + ".py")).read_text()
    started, count, killed, explained = time.perf_counter(), 0, 0, Explained.of(name)
    open_ones = 0
    trial = Trial(name, source, tests)
    for mutant in mutants(source):
        count += 1
        if not trial.survives(mutant.program):
            killed += 1
        elif not explained.covers(mutant):
            open_ones += 1
            place = mutant.place
            print(f"{name}:{mutant.line}: survived in {place.function} ({mutant.number}): {place.text}")
            print(f"    {place.before!r}\n    {place.after!r}", flush=True)
    stale = explained.unused()
    for entry in stale:
        print(f"{name}: explained, but killed or not there: {entry}")
    known = count - killed - open_ones
    seconds = time.perf_counter() - started
    print(f"{name}: {count} mutants, {killed} killed, {known} explained, {open_ones} open, {seconds:.0f} s", flush=True)
    return bool(open_ones or stale)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="modules of tests/mutation/table.toml; all, if none is named")
    sys.exit(main(parser.parse_args().modules))
