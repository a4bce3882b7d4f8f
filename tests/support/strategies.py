"""Hypothesis strategies for requests with their policies, in the shape of a `policycc simulate` line."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.support import random_requests


def requests() -> st.SearchStrategy[dict[str, Any]]:
    """Valid requests that favour near misses; Hypothesis chooses for the generator, and so can shrink them."""
    return st.randoms(use_true_random=False).map(random_requests.request)
