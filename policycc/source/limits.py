"""Guards against inputs that are built to be expensive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policycc.source.errors import Problem, SourceError
from policycc.source.span import Span

MAX_DEPTH = 32
"""How deep tables and lists may nest. The language itself needs five levels."""


def too_deep(file: str, span: Span) -> SourceError:
    return SourceError(
        Problem(
            "PCC008",
            f"`{file}` nests tables or lists deeper than {MAX_DEPTH} levels",
            span,
            help="a matrix needs five levels at most",
        )
    )


def check_depth(value: Any, file: str, place: Callable[[], Span]) -> None:
    """Raises SourceError where tables and lists nest deeper than MAX_DEPTH. Does not recurse. `place` says where."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for item in level for child in _children(item)]
        if not level:
            return
    raise too_deep(file, place())


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
