"""Running the tests of a module with another program in its place, each time in a fork of this process."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from types import ModuleType

import hypothesis
import pytest

MEMORY = 4 << 30
"""What a mutant may have, in bytes: one that never stops must not take the machine with it."""

# Examples that fail are not made smaller, since one is enough; and every run draws the same.
hypothesis.settings.register_profile(
    "mutation",
    derandomize=True,
    database=None,
    phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
    suppress_health_check=list(hypothesis.HealthCheck),
    deadline=None,
)


class Trial:
    """The tests of one module."""

    def __init__(self, name: str, source: str, tests: Sequence[str]) -> None:
        """Raises SystemExit if the tests fail with the module as it is."""
        self._name = name
        self._tests = tests
        self._seconds = 60
        started = time.perf_counter()
        if not self.survives(source):
            raise SystemExit(f"{name}: the tests fail without any change")
        self._seconds = 5 + round(4 * (time.perf_counter() - started))

    def survives(self, program: str) -> bool:
        """Whether all tests pass with the program in the place of the module."""
        child = os.fork()
        if child == 0:
            os._exit(self._test(program))
        _, status = os.waitpid(child, 0)
        return status == 0

    def _test(self, program: str) -> int:
        signal.alarm(self._seconds)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        sys.meta_path.insert(0, _Loader(self._name, program))
        options = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "--hypothesis-profile=mutation"]
        return int(pytest.main([*options, *self._tests]) != 0)


class _Loader(importlib.abc.Loader, importlib.abc.MetaPathFinder):
    """Gives one module another program."""

    def __init__(self, name: str, program: str) -> None:
        self._name = name
        self._program = program

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._program, self._name, "exec"), module.__dict__)
