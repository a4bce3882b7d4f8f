"""Gives tables of a TOML text other keys, and leaves everything else as it stands, byte for byte.

A key is put where a person would put it: on a line of its own below the table's header, into its inline table, or
beside its dotted keys. The result is read again and compared with what was meant; a text whose layout this does not see
through is refused, never spoilt.
"""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tree_sitter import Node

Path = tuple[str, ...]
Value = str | bool | tuple[str, ...]
Tables = Mapping[tuple[str, str], Mapping[str, Value]]
_KEYS = ("bare_key", "quoted_key")


class LayoutError(Exception):
    """The text cannot be changed safely."""


def with_keys(text: str, tables: Tables) -> str:
    """The text with these keys in these tables. Tables that are not there are added, keys that are there get the new
    value. Paths have two parts, such as `("environments", "dev")`. Raises LayoutError."""
    wanted = _applied(tomllib.loads(text), tables)
    for path, keys in tables.items():
        for key, value in reversed(list(keys.items())):
            layout = _Layout(text)
            if layout.knows(path):
                text = layout.with_key(path, key, value)
            else:
                text = layout.with_table(path, keys)
                break
    try:
        if tomllib.loads(text) == wanted:
            return text
    except tomllib.TOMLDecodeError:
        pass
    raise LayoutError


def _applied(document: dict[str, Any], tables: Tables) -> dict[str, Any]:
    wanted = copy.deepcopy(document)
    for path, keys in tables.items():
        table = wanted
        for name in path:
            table = table.setdefault(name, {})
            if not isinstance(table, dict):
                raise LayoutError
        table.update({key: list(value) if isinstance(value, tuple) else value for key, value in keys.items()})
    return wanted


@dataclass(frozen=True, slots=True)
class _Header:
    path: Path
    node: Node
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A key with its value. `path` is the whole way to it, `parts` are the keys that it writes itself."""

    path: Path
    node: Node
    parts: tuple[Node, ...]
    value: Node
    inline: bool


@dataclass(slots=True)
class _Layout:
    """Where the headers and pairs of a text stand, in bytes."""

    text: str
    data: bytes = field(init=False)
    headers: list[_Header] = field(init=False, default_factory=list)
    pairs: list[_Pair] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        import tree_sitter
        import tree_sitter_toml

        self.data = self.text.encode()
        parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
        for node in parser.parse(self.data).root_node.children:
            if node.type == "pair":
                self.pairs += _pairs(node, (), inline=False)
            elif node.type in ("table", "table_array_element"):
                key = next((child for child in node.children if child.type in (*_KEYS, "dotted_key")), None)
                if key is None:
                    raise LayoutError
                parts = _parts(key)
                path = tuple(_name(part) for part in parts)
                self.headers.append(_Header(path, node, parts))
                for child in node.children:
                    if child.type == "pair" and node.type == "table":
                        self.pairs += _pairs(child, path, inline=False)

    def knows(self, path: Path) -> bool:
        """Whether the table is written in some way."""
        paths = (*(header.path for header in self.headers), *(pair.path for pair in self.pairs))
        return any(found[: len(path)] == path for found in paths)

    def with_key(self, path: Path, key: str, value: Value) -> str:
        """The text with one key in a table that is there."""
        text = _toml(value)
        for pair in self.pairs:
            if pair.path == (*path, key):
                return self._replaced(pair.value.start_byte, pair.value.end_byte, text)
        for pair in self.pairs:
            if pair.path == path and pair.value.type == "inline_table":
                return self._into_inline(pair.value, f"{key} = {text}")
        for header in self.headers:
            if header.path == path and header.node.type == "table":
                return self._below(self._end_of_header(header.node), f"{self._indent(header.node)}{key} = {text}")
        for pair in self.pairs:
            own = len(path) - (len(pair.path) - len(pair.parts))
            if pair.path[: len(path)] == path and len(pair.path) > len(path) and own > 0:
                prefix = self.data[pair.parts[0].start_byte : pair.parts[own - 1].end_byte].decode()
                entry = f"{prefix}.{key} = {text}"
                if pair.inline:
                    return self._replaced(pair.value.end_byte, pair.value.end_byte, f", {entry}")
                return self._below(self._end_of_line(pair.value.end_byte), f"{self._indent(pair.node)}{entry}")
        for header in self.headers:
            if header.path[: len(path)] == path:
                names = self.data[header.parts[0].start_byte : header.parts[len(path) - 1].end_byte].decode()
                return self._above(header.node, [f"[{names}]", f"{key} = {text}", ""])
        raise LayoutError

    def with_table(self, path: Path, keys: Mapping[str, Value]) -> str:
        """The text with one table more, behind those of its kind."""
        section, name = path[:-1], path[-1]
        for pair in self.pairs:
            if pair.path == section and pair.value.type == "inline_table":
                body = ", ".join(f"{key} = {_toml(value)}" for key, value in keys.items())
                return self._into_inline(pair.value, f"{name} = {{ {body} }}", last=True)
        lines = [f"[{'.'.join(path)}]", *(f"{key} = {_toml(value)}" for key, value in keys.items())]
        same = [header for header in self.headers if header.path[:1] == section]
        if same:
            place = self._end_of_table(same[-1].node)
            following = self.data[place:].lstrip(b"\r\n") and not self.data[place:].replace(b"\r", b"").startswith(
                b"\n\n"
            )
            return self._below(place, "", *lines, *([""] if following else []))
        for header in self.headers:
            if header.path[:1] == ("environments",):
                return self._above(header.node, [*lines, ""])
        if self.headers:
            return self._above(self.headers[0].node, [*lines, ""])
        return self._below(len(self.data), "", *lines)

    # -- places ---------------------------------------------------------------------------------------------------

    def _end_of_line(self, place: int) -> int:
        """The place behind the line, without its newline."""
        end = self.data.find(b"\n", place)
        end = len(self.data) if end < 0 else end
        return end - 1 if self.data[end - 1 : end] == b"\r" else end

    def _newline(self, end: int) -> bytes:
        """How the line that ends here ends, or as the last line before it that has an end: a file may mix them."""
        if self.data[end : end + 1] not in (b"\r", b"\n"):
            end = self.data.rfind(b"\n", 0, end)
            end -= self.data[end - 1 : end] == b"\r"
        return b"\r\n" if self.data[end : end + 1] == b"\r" else b"\n"

    def _start_of_line(self, place: int) -> int:
        return self.data.rfind(b"\n", 0, place) + 1

    def _indent(self, node: Node) -> str:
        line = self.data[self._start_of_line(node.start_byte) : node.start_byte].decode()
        return line if not line.strip() else ""

    def _end_of_header(self, node: Node) -> int:
        bracket = next(child for child in node.children if child.type == "]")
        return self._end_of_line(bracket.end_byte)

    def _end_of_table(self, node: Node) -> int:
        """The end of a table's last line: of its last pair, or of the comments that follow it, unless a header follows
        them at once, to which they then belong."""
        pairs = [child for child in node.children if child.type == "pair"]
        values = [child for child in pairs[-1].named_children if child.type != "comment"] if pairs else []
        end = self._end_of_line(values[-1].end_byte) if values else self._end_of_header(node)
        place = end
        while True:
            start = self.data.find(b"\n", place) + 1
            line = self.data[start : self._end_of_line(start)].strip() if start else b""
            if not line.startswith(b"#"):
                return end if line.startswith(b"[") else place
            place = self._end_of_line(start)

    # -- changes --------------------------------------------------------------------------------------------------

    def _replaced(self, start: int, end: int, text: str) -> str:
        return (self.data[:start] + text.encode() + self.data[end:]).decode()

    def _below(self, place: int, *lines: str) -> str:
        """Lines behind the one that ends here."""
        newline = self._newline(place)
        body = newline + newline.join(line.encode() for line in lines)
        if place == len(self.data) and self.data.endswith(b"\n"):
            body = body[len(newline) :] + newline
        return (self.data[:place] + body + self.data[place:]).decode()

    def _above(self, node: Node, lines: list[str]) -> str:
        """Lines before a header and the comments that belong to it."""
        place = self._start_of_line(node.start_byte)
        while place:
            before = self._start_of_line(place - 1)
            if not self.data[before:place].strip().startswith(b"#"):
                break
            place = before
        newline = self._newline(self._end_of_line(place))
        body = b"".join(line.encode() + newline for line in lines)
        return (self.data[:place] + body + self.data[place:]).decode()

    def _into_inline(self, table: Node, entry: str, *, last: bool = False) -> str:
        inside = self.data[table.start_byte + 1 : table.end_byte - 1]
        if not inside.strip():
            return self._replaced(table.start_byte, table.end_byte, f"{{ {entry} }}")
        if last:
            place = table.end_byte - 1 - (len(inside) - len(inside.rstrip()))
            return self._replaced(place, place, f", {entry}")
        place = table.start_byte + 1 + (len(inside) - len(inside.lstrip()))
        return self._replaced(place, place, f"{entry}, ")


def _pairs(node: Node, prefix: Path, *, inline: bool) -> Iterator[_Pair]:
    """A pair, and those of the inline tables in it; tables in lists are nobody's business here."""
    todo = [(node, prefix, inline)]
    while todo:
        node, prefix, inline = todo.pop(0)
        named = [child for child in node.named_children if child.type != "comment"]
        if len(named) < 2:
            continue
        parts = _parts(named[0])
        path = (*prefix, *(_name(part) for part in parts))
        yield _Pair(path, node, parts, named[1], inline)
        if named[1].type == "inline_table":
            todo += [(child, path, True) for child in named[1].named_children if child.type == "pair"]


def _parts(key: Node) -> tuple[Node, ...]:
    """The keys of a dotted key, from the left; the tree nests them."""
    found: list[Node] = []
    todo = [key]
    while todo:
        node = todo.pop()
        if node.type in _KEYS:
            found.append(node)
        else:
            todo += reversed([child for child in node.named_children if child.type in (*_KEYS, "dotted_key")])
    return tuple(found)


def _name(key: Node) -> str:
    text = (key.text or b"").decode()
    return text if key.type == "bare_key" else next(iter(tomllib.loads(f"{text} = 0")))


def _toml(value: Value) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return json.dumps(value, ensure_ascii=False)
