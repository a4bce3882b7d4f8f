"""Mutation testing: `python -m tests.mutation [MODULE…]`, or `make mutants` for all of the table.

Each mutant of a module runs the module's tests in a fork of this process, with the mutant in the module's place. It is
killed by a failing test or by running for too long. Survivors that cannot be told from the original are in
`explained.toml` with the reason; any other survivor makes the exit status 1.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import hypothesis
import pytest

from tests.mutation.operators import Mutant, mutants

ROOT = Path(__file__).parents[2]
SECONDS = 60
"""What a mutant may take; the slowest of these test files takes some seconds."""


class _Loader(importlib.abc.Loader, importlib.abc.MetaPathFinder):
    """Gives one module another source."""

    def __init__(self, name: str, program: str) -> None:
        self._name = name
        self._program = program

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._program, self._name, "exec"), module.__dict__)


def survives(name: str, mutant: Mutant, tests: Sequence[str]) -> bool:
    """Whether all tests pass with the mutant in the place of the module."""
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        sys.meta_path.insert(0, _Loader(name, mutant.program))
        code = pytest.main(["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", *tests])
        os._exit(0 if code == 0 else 1)
    _, status = os.waitpid(child, 0)
    return status == 0


def main(wanted: Sequence[str]) -> int:
    os.chdir(ROOT)
    table = tomllib.loads((Path(__file__).parent / "table.toml").read_text())["modules"]
    explained = tomllib.loads((Path(__file__).parent / "explained.toml").read_text())["survivor"]
    reasons = {(one["module"], one["before"].strip(), one["after"].strip()): one["reason"] for one in explained}
    hypothesis.settings.register_profile("mutation", max_examples=40, derandomize=True, database=None)
    os.environ["HYPOTHESIS_PROFILE"] = "mutation"
    hypothesis.settings.load_profile("mutation")
    unexplained = 0
    for name in wanted or table:
        unexplained += _module(name, table[name], reasons)
    return 1 if unexplained else 0


def _module(name: str, tests: Sequence[str], reasons: dict[tuple[str, str, str], str]) -> int:
    source = (ROOT / (name.replace(".", "/") + ".py")).read_text()
    started, count, known = time.perf_counter(), 0, 0
    open_ones: list[Mutant] = []
    if not survives(name, Mutant(0, "", "", source), tests):
        raise SystemExit(f"{name}: the tests fail without any change")
    for mutant in mutants(source):
        count += 1
        if survives(name, mutant, tests):
            if (name, mutant.before, mutant.after) in reasons:
                known += 1
            else:
                open_ones.append(mutant)
                print(f"{name}:{mutant.line}: survived: {mutant.before!r} as {mutant.after!r}", flush=True)
    killed = count - known - len(open_ones)
    seconds = time.perf_counter() - started
    print(
        f"{name}: {count} mutants, {killed} killed, {known} explained, {len(open_ones)} open, {seconds:.0f} s",
        flush=True,
    )
    return len(open_ones)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="modules of tests/mutation/table.toml; all, if none is named")
    sys.exit(main(parser.parse_args().modules))
