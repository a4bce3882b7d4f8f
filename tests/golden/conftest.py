"""Golden policies are made by the pipeline; without it there is nothing to ask."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def pipeline() -> None:
    pytest.importorskip("policycc.pipeline")
