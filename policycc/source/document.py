"""A file that was read: its values, and where each of them stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from policycc.source.span import DeferredSpan, KeyPath, Span

Value: TypeAlias = Any
"""A JSON value: dict, list, str, int, float, bool or None. Dates are their ISO text."""


@dataclass(frozen=True, slots=True)
class Positions:
    """The spans of every key and every value of a document."""

    keys: Mapping[KeyPath, Span]
    values: Mapping[KeyPath, Span]


@dataclass(slots=True)
class Document:
    """An input that was read.

    `file` is the path as it was given, or `<stdin>`, `<text>`; `value` the root table. `locate` finds the positions
    when the first of them is asked for.
    """

    file: str
    text: str
    value: dict[str, Value]
    locate: Callable[[str, str], Positions] = field(repr=False)
    _positions: Positions | None = field(default=None, repr=False)

    def key(self, path: KeyPath) -> Span:
        """Where the last key of `path` is written; for a list item or the root, where the value is."""
        return DeferredSpan(lambda: self._find(path, prefer_key=True))

    def at(self, path: KeyPath) -> Span:
        """Where the value at `path` is written; what is not written itself has the place of what would hold it."""
        return DeferredSpan(lambda: self._find(path, prefer_key=False))

    def _find(self, path: KeyPath, *, prefer_key: bool) -> Span:
        if self._positions is None:
            self._positions = self.locate(self.text, self.file)
        first, second = self._positions.keys, self._positions.values
        if not prefer_key:
            first, second = second, first
        for length in range(len(path), 0, -1):
            span = first.get(path[:length]) or second.get(path[:length])
            if span is not None:
                return span
        return Span(self.file, 1, 1, 1, 1)
