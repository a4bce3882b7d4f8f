"""What all tests share: the one option that may change golden files, and examples that every run draws alike.

A run of the tests says the same twice; the campaigns of the Makefile draw other examples.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("alike", derandomize=True)
if not any(name.startswith("POLICYCC_SMALL") for name in os.environ):
    settings.load_profile("alike")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what is built now over the golden files, for review in the diff",
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))
