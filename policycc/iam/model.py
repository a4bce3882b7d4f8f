"""The parts of an IAM policy document, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """One operator on one key with its alternatives, as in `{"StringEquals": {"aws:ResourceTag/env": ["dev"]}}`.

    `operator` and `key` are kept as written; `values` as written and in order."""

    operator: str
    key: str
    values: tuple[str, ...]
