"""The made-up catalogue, for every test of a pass."""

from __future__ import annotations

import pytest

from policycc.passes.context import Context
from tests.support.small_catalogue import small_context


@pytest.fixture
def context() -> Context:
    return small_context()
