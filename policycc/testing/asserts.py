"""Assertions on a build. What fails says so in sentences that name principal, action, resource and statement."""

from __future__ import annotations

from collections.abc import Iterable

from policycc.testing.builds import Build
from policycc.verify import Counterexample, Verdict


def assert_isolated(build: Build, environment: str | None = None, group: str | None = None) -> None:
    """No principal can reach a resource of an environment in which it is not granted the action.

    With `environment`, only what reaches into that environment counts; with `group`, only what that principal can do.
    An undecided proof fails as well. Raises AssertionError."""
    __tracebackhide__ = True
    _assert(build, ("isolation",), environment, group)


def assert_usable(build: Build, environment: str | None = None, group: str | None = None) -> None:
    """Whatever the matrix grants, and AWS can hold, works. Raises AssertionError."""
    __tracebackhide__ = True
    _assert(build, ("usability",), environment, group)


def _assert(build: Build, names: Iterable[str], environment: str | None, group: str | None) -> None:
    __tracebackhide__ = True
    failures: list[str] = []
    for name in names:
        found = build.verification[name]
        failures += [item.sentence for item in found.counterexamples if _concerns(item, environment, group)]
        if found.verdict is Verdict.UNKNOWN:
            failures += [f"not decided for {item.principal} {item.action}: {item.reason}" for item in found.open]
    if failures:
        raise AssertionError("\n".join(failures))


def _concerns(item: Counterexample, environment: str | None, group: str | None) -> bool:
    return environment in (None, item.environment) and group in (None, item.principal)
