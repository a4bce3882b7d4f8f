"""The pytest plugin: the session fixture `policycc`. Importing it imports nothing but pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from policycc.testing.builds import Builder


@pytest.fixture(scope="session")
def policycc() -> Builder:
    """Builds matrices, each once a session: `policycc.build("matrix.toml")`, or `policycc.read("policies")` for the
    policy files of a folder as they are."""
    from policycc.testing.builds import Builder

    return Builder()
