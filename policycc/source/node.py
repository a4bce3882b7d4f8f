"""A cursor into a document: a value together with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from policycc.source.document import Document
from policycc.source.span import KeyPath, Span


@dataclass(frozen=True, slots=True)
class Node:
    """The value at `path` of a document. `value` may be a cleaned copy of what the document holds there."""

    document: Document
    path: KeyPath
    value: Any

    @property
    def key(self) -> Span:
        """Where the key is written that leads here."""
        return self.document.key(self.path)

    @property
    def span(self) -> Span:
        """Where the value is written."""
        return self.document.at(self.path)

    def get(self, name: str) -> Node | None:
        """The value of a key, or None if the table has no such key."""
        if name not in self.value:
            return None
        return Node(self.document, (*self.path, name), self.value[name])

    def of(self, name: str, default: Any = None) -> Any:
        """What a key holds, without its place."""
        return self.value.get(name, default)

    def each(self, name: str) -> list[Node]:
        """The items of a list in a table; none where there is no such key."""
        found = self.get(name)
        return [] if found is None else found.items()

    def entries(self) -> dict[str, Node]:
        """The keys of a table with their values, in the order of the file."""
        return {name: Node(self.document, (*self.path, name), item) for name, item in self.value.items()}

    def items(self) -> list[Node]:
        """The items of a list, but for those that were taken out as wrong (None)."""
        return [
            Node(self.document, (*self.path, number), item)
            for number, item in enumerate(self.value)
            if item is not None
        ]
