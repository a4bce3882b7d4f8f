"""For users' own test suites: build a matrix once, and ask whether any group can reach what it must not.

`policycc.testing.plugin` is a pytest plugin with the session fixture `policycc`. The names below are imported when they
are first used, so that neither Hypothesis nor the compiler costs a test run that does without.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policycc.testing.asserts import assert_isolated, assert_usable
    from policycc.testing.builds import Build, Builder
    from policycc.testing.generated import matrices
    from policycc.testing.strategies import Attempt, requests, requests_into

_PLACES = {
    "Attempt": "strategies",
    "Build": "builds",
    "Builder": "builds",
    "assert_isolated": "asserts",
    "assert_usable": "asserts",
    "matrices": "generated",
    "requests": "strategies",
    "requests_into": "strategies",
}

__all__ = [
    "Attempt",
    "Build",
    "Builder",
    "assert_isolated",
    "assert_usable",
    "matrices",
    "requests",
    "requests_into",
]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = found
    return found
