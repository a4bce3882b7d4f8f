"""A small strict JSON reader that remembers where every key and value stands.

It is RFC 8259 and nothing more: no comments, no trailing commas, no NaN. It does not recurse, so deep nesting is an
error of the input and not of the interpreter.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from policycc.source.span import KeyPath, Span

MAX_DEPTH = 64
"""How deep objects and arrays may nest. IAM and the matrix need fewer than ten levels."""

MAX_DIGITS = 1000
"""How long a number may be: longer ones cost quadratic time to convert."""

_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS: tuple[tuple[str, Any], ...] = (("true", True), ("false", False), ("null", None))


class JsonError(Exception):
    """The text is not JSON. `message` says why in one line, `span` where."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(f"{span}: {message}")
        self.message = message
        self.span = span


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A key that an object has twice; `span` is the later one. The later value is the one in the document."""

    path: KeyPath
    span: Span
    first: Span


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A value with the place of every key and value in it."""

    value: Any
    duplicates: tuple[Duplicate, ...]
    _places: _Places

    def value_span(self, path: KeyPath) -> Span:
        """Where the value at `path` stands. KeyError for a path that the document does not have."""
        return self._places.span(*self._places.values[path])

    def span(self, start: int, end: int) -> Span:
        """The place of a stretch of the text, given by offsets."""
        return self._places.span(start, end)

    def key_span(self, path: KeyPath) -> Span | None:
        """Where the key that ends `path` stands, quotes included; None for the root, list items, no such path."""
        place = self._places.keys.get(path)
        return None if place is None else self._places.span(*place)


def parse(text: str, file: str) -> JsonDocument:
    """Reads one JSON value. `file` is the name that spans carry.

    Raises JsonError at the first character that cannot be part of JSON, for nesting beyond MAX_DEPTH, for numbers of
    more than MAX_DIGITS digits, and for strings with half a surrogate pair."""
    return _Parser(text, file).parse()


class _Places:
    """Offsets by path, turned into lines and columns only when asked for."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.keys: dict[KeyPath, tuple[int, int]] = {}
        self.values: dict[KeyPath, tuple[int, int]] = {}
        self._lines = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text))]

    def span(self, start: int, end: int) -> Span:
        line, end_line = bisect_right(self._lines, start), bisect_right(self._lines, end)
        return Span(self.file, line, start - self._lines[line - 1] + 1, end_line, end - self._lines[end_line - 1] + 1)


@dataclass(slots=True)
class _Open:
    """An object or array whose end has not been seen."""

    start: int
    container: dict[str, Any] | list[Any]
    path: KeyPath


class _Parser:
    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._at = 0
        self._places = _Places(text, file)
        self._duplicates: list[Duplicate] = []
        self._latest: dict[KeyPath, int] = {}
        self._stack: list[_Open] = []

    def parse(self) -> JsonDocument:
        if self._text.startswith("\ufeff"):
            raise self._error("a byte order mark is not allowed", 0, 1)
        value = self._value(())
        while self._stack:
            value = self._step()
        self._skip()
        if self._at != len(self._text):
            raise self._unexpected("the end of the text")
        if self._latest:
            self._forget()
        return JsonDocument(value, tuple(self._duplicates), self._places)

    def _step(self) -> Any:
        """Reads on in the innermost open container; returns that container when it ends here."""
        top = self._stack[-1]
        closing = "}" if isinstance(top.container, dict) else "]"
        self._skip()
        if self._peek() == closing:
            return self._close(top)
        if top.container:
            if self._peek() != ",":
                raise self._unexpected(f"`,` or `{closing}`")
            self._at += 1
            self._skip()
        if isinstance(top.container, list):
            path = (*top.path, len(top.container))
            top.container.append(None)
            top.container[-1] = self._value(path)
        else:
            self._member(top.container, top.path)
        return None

    def _close(self, top: _Open) -> Any:
        self._at += 1
        self._stack.pop()
        self._places.values[top.path] = (top.start, self._at)
        return top.container

    def _member(self, container: dict[str, Any], parent: KeyPath) -> None:
        start = self._at
        if self._peek() != '"':
            raise self._unexpected("a key in double quotes")
        key = self._string()
        path = (*parent, key)
        place = (start, self._at)
        if key in container:
            first = self._places.span(*self._places.keys[path])
            self._duplicates.append(Duplicate(path, self._places.span(*place), first))
            self._latest[path] = start
        self._places.keys[path] = place
        self._skip()
        if self._peek() != ":":
            raise self._unexpected("`:`")
        self._at += 1
        container[key] = None
        container[key] = self._value(path)

    def _forget(self) -> None:
        """Drops the places inside the earlier values of keys that stand twice: those before the latest of the key."""
        for places in (self._places.keys, self._places.values):
            for path, (start, _) in list(places.items()):
                if any(start < self._latest.get(path[:length], 0) for length in range(1, len(path) + 1)):
                    del places[path]

    def _value(self, path: KeyPath) -> Any:
        """Reads a scalar, or opens a container and returns it, to be filled by the steps that follow."""
        self._skip()
        start, first = self._at, self._peek()
        if first in ("{", "["):
            if len(self._stack) == MAX_DEPTH:
                raise self._error(f"nested more than {MAX_DEPTH} levels deep", start, start + 1)
            container: dict[str, Any] | list[Any] = {} if first == "{" else []
            self._at += 1
            self._stack.append(_Open(start, container, path))
            return container
        value = self._string() if first == '"' else self._word_or_number()
        self._places.values[path] = (start, self._at)
        return value

    def _string(self) -> str:
        match = _STRING.match(self._text, self._at)
        if match is None:
            raise self._bad_string()
        start, self._at = self._at, match.end()
        raw = match.group()
        if "\\" not in raw:
            value = raw[1:-1]
        else:
            value = json.loads(raw)
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise self._error("a string holds half of a surrogate pair", start, self._at)
        return value

    def _bad_string(self) -> JsonError:
        """Finds what is wrong with the string that starts here."""
        at = self._at + 1
        while at < len(self._text) and self._text[at] != '"':
            if self._text[at] < " ":
                return self._error("a string holds a raw control character or line break", at, at + 1)
            if self._text[at] == "\\":
                if not re.compile(r'\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})').match(self._text, at):
                    return self._error("a string holds an unknown escape", at, min(at + 2, len(self._text)))
                at += 1
            at += 1
        return self._error("a string has no end", self._at, len(self._text))

    def _word_or_number(self) -> Any:
        for word, value in _WORDS:
            if self._text.startswith(word, self._at):
                self._at += len(word)
                return value
        match = _NUMBER.match(self._text, self._at)
        if match is None:
            raise self._unexpected("a value")
        start, self._at = self._at, match.end()
        raw = match.group()
        if len(raw) > MAX_DIGITS:
            raise self._error(f"a number has more than {MAX_DIGITS} digits", start, self._at)
        if match.group(1) is None and match.group(2) is None:
            return int(raw)
        number = float(raw)
        if number in (float("inf"), float("-inf")):
            raise self._error("a number is too large", start, self._at)
        return number

    def _skip(self) -> None:
        match = _SPACE.match(self._text, self._at)
        assert match is not None  # the expression matches the empty string
        self._at = match.end()

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _unexpected(self, wanted: str) -> JsonError:
        found = self._peek()
        if not found:
            return self._error(f"the text ends where {wanted} should stand", self._at, self._at)
        return self._error(f"found {found!r} where {wanted} should stand", self._at, self._at + 1)

    def _error(self, message: str, start: int, end: int) -> JsonError:
        return JsonError(message, self._places.span(start, end))
