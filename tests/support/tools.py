"""Tests that need a tool of the machine skip without it, but not where everything has to run."""

from __future__ import annotations

import os

import pytest

REQUIRE_ALL = "POLICYCC_TESTS_REQUIRE_ALL"


def need(there: object, what: str) -> None:
    """Skips the test unless `there` is true. With the variable `POLICYCC_TESTS_REQUIRE_ALL` set, fails it instead."""
    if there:
        return
    if os.environ.get(REQUIRE_ALL):
        pytest.fail(f"{what} is needed")
    pytest.skip(f"{what} is needed")
