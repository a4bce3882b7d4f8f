"""Where the keys and values of a TOML text stand, from its syntax tree.

Imported only when a place is asked for. The tree is walked without recursion: its depth is the input's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from policycc.source.document import Positions
from policycc.source.span import KeyPath, Span

if TYPE_CHECKING:
    from tree_sitter import Node

_KEYS = ("bare_key", "quoted_key", "dotted_key")


def positions(text: str, file: str) -> Positions:
    """The spans of all keys and values. A table that is never written as a whole has the span of its first key."""
    walk = _Walk(text, file)
    walk.run()
    return Positions(walk.keys, walk.values)


def first_duplicate(text: str, file: str) -> tuple[str, Span, Span] | None:
    """The first key or table that is defined twice: its dotted name, and both places."""
    walk = _Walk(text, file)
    walk.run()
    return walk.duplicate


def first_error(text: str, file: str) -> Span | None:
    """The first place that the grammar does not know."""
    walk = _Walk(text, file)
    nodes = [walk.root]
    while nodes:
        node = nodes.pop()
        if node.is_error or node.is_missing:
            start = walk.span(node)
            return Span(file, start.line, start.column, start.line, start.column + 1)
        nodes.extend(reversed([child for child in node.children if child.has_error or child.is_missing]))
    return None


class _Walk:
    def __init__(self, text: str, file: str) -> None:
        import tree_sitter
        import tree_sitter_toml

        parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
        self.root = parser.parse(text.encode()).root_node
        self.file = file
        self.lines = text.encode().split(b"\n")
        self.keys: dict[KeyPath, Span] = {}
        self.values: dict[KeyPath, Span] = {}
        self.duplicate: tuple[str, Span, Span] | None = None
        self._counts: dict[KeyPath, int] = {}
        self._defined: dict[KeyPath, Span] = {}

    def run(self) -> None:
        for node in self.root.children:
            if node.type == "pair":
                self._pairs(node, ())
            elif node.type in ("table", "table_array_element"):
                self._table(node)

    def span(self, node: Node) -> Span:
        (line, column), (end_line, end_column) = node.start_point, node.end_point
        return Span(
            self.file, line + 1, self._characters(line, column), end_line + 1, self._characters(end_line, end_column)
        )

    def _characters(self, line: int, column: int) -> int:
        """The tree counts bytes from 0, a span characters from 1."""
        return len(self.lines[line][:column].decode(errors="replace")) + 1

    def _table(self, node: Node) -> None:
        header = next((child for child in node.children if child.type in _KEYS), None)
        if header is None:
            return
        path: KeyPath = ()
        parts = list(self._parts(header))
        for position, (name, span) in enumerate(parts):
            path = (*path, name)
            self.keys.setdefault(path, span)
            last = position == len(parts) - 1
            if last and node.type == "table_array_element":
                self._counts[path] = self._counts.get(path, -1) + 1
            elif last:
                self._define(path, span)
                # What the table's own header says of it is better than what a deeper header implied before.
                self.keys[path] = span
                self.values[path] = self.span(header)
            if path in self._counts:
                path = (*path, self._counts[path])
                self.values.setdefault(path, self.span(header))
        for child in node.children:
            if child.type == "pair":
                self._pairs(child, path)

    def _pairs(self, node: Node, prefix: KeyPath) -> None:
        """A pair, and what its value holds; an explicit stack instead of recursion."""
        todo: list[tuple[Node, KeyPath]] = [(node, prefix)]
        while todo:
            node, prefix = todo.pop()
            if node.type == "pair":
                key = next((child for child in node.children if child.type in _KEYS), None)
                named = [child for child in node.named_children if child.type != "comment"]
                if key is None or len(named) < 2:
                    continue
                path = prefix
                for name, span in self._parts(key):
                    path = (*path, name)
                    self.keys.setdefault(path, span)
                self._define(path, span)
                todo.append((named[1], path))
                continue
            self.values[prefix] = self.span(node)
            if node.type == "inline_table":
                todo.extend((child, prefix) for child in reversed(node.children) if child.type == "pair")
            elif node.type == "array":
                items = [child for child in node.named_children if child.type != "comment"]
                todo.extend((child, (*prefix, number)) for number, child in reversed(list(enumerate(items))))

    def _define(self, path: KeyPath, span: Span) -> None:
        first = self._defined.setdefault(path, span)
        if first is not span and self.duplicate is None:
            self.duplicate = (".".join(str(part) for part in path), first, span)

    def _parts(self, key: Node) -> Iterator[tuple[str, Span]]:
        if key.type != "dotted_key":
            yield _name(key), self.span(key)
            return
        leaves: list[Node] = []
        todo = [key]
        while todo:
            node = todo.pop()
            if node.type == "dotted_key":
                todo.extend(reversed([child for child in node.children if child.type in _KEYS]))
            else:
                leaves.append(node)
        for leaf in leaves:
            yield _name(leaf), self.span(leaf)


def _name(key: Node) -> str:
    text = (key.text or b"").decode()
    if key.type == "bare_key":
        return text
    # Escapes are the standard library's business: the key is read as the one of a small document.
    return next(iter(tomllib.loads(f"{text} = 0")))
