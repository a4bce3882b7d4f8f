"""Where something stands in an input file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

KeyPath = tuple[str | int, ...]
"""The way from the root of a document to a value: table keys and list indexes."""


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """A stretch of a file. Lines and columns count from 1, columns in characters; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def _order(self) -> tuple[str, int, int, int, int]:
        return (self.file, self.line, self.column, self.end_line, self.end_column)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and self._order == other._order

    def __lt__(self, other: Span) -> bool:
        return self._order < other._order

    def __hash__(self) -> int:
        return hash(self._order)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class DeferredSpan(Span):
    """A span that is looked up when somebody reads it.

    Most matrices are right, and a matrix that is right is compiled without anybody asking where anything stands:
    so the parser that knows the positions is imported only with the first question.
    """

    __slots__ = ("_find", "_span")
    _find: Callable[[], Span]
    _span: Span | None

    def __init__(self, find: Callable[[], Span]) -> None:
        object.__setattr__(self, "_find", find)
        object.__setattr__(self, "_span", None)

    def _found(self) -> Span:
        span = self._span
        if span is None:
            span = self._find()
            object.__setattr__(self, "_span", span)
        return span

    @property
    def file(self) -> str:
        return self._found().file

    @property
    def line(self) -> int:
        return self._found().line

    @property
    def column(self) -> int:
        return self._found().column

    @property
    def end_line(self) -> int:
        return self._found().end_line

    @property
    def end_column(self) -> int:
        return self._found().end_column
