"""Reads a matrix from a file, from standard input or from a text."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from policycc.source.document import Document, Positions
from policycc.source.errors import Problem, SourceError
from policycc.source.limits import check_depth
from policycc.source.span import KeyPath, Span
from policycc.source.text import MAX_BYTES, decode

if TYPE_CHECKING:
    from policycc.source.jsonpos import JsonDocument

STDIN = "<stdin>"
TEXT = "<text>"


def read_file(path: str | os.PathLike[str]) -> Document:
    """Reads a file; its suffix (`.yaml`, `.yml`, `.json`, anything else is TOML) says how. Raises SourceError."""
    name = os.fspath(path)
    return _document(decode(_bytes(name), name), name, Path(name).suffix.lower())


def read_stream(stream: BinaryIO) -> Document:
    """Reads a binary stream such as standard input, as `read_text` does. Raises SourceError."""
    try:
        data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise SourceError(Problem("PCC003", f"cannot read standard input: {error.strerror}")) from None
    return _document(decode(data, STDIN), STDIN, _suffix(data))


def read_text(text: str, file: str = TEXT) -> Document:
    """Reads a text: TOML, or JSON where it starts with `{`, as no TOML does. Raises SourceError."""
    data = text.encode(errors="surrogatepass")
    return _document(decode(data, file), file, _suffix(data))


def _suffix(data: bytes) -> str:
    return ".json" if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" else ".toml"


def _bytes(name: str) -> bytes:
    try:
        # Anything but a regular file could block for ever or never end, so it is not even opened.
        mode = Path(name).stat().st_mode
        if not stat.S_ISREG(mode):
            raise SourceError(_not_a_file(name, mode))
        with Path(name).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SourceError(Problem("PCC001", f"`{name}` does not exist", help=_nearby(name))) from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise SourceError(Problem("PCC003", f"`{name}` cannot be read: {reason}")) from None


def _not_a_file(name: str, mode: int) -> Problem:
    if stat.S_ISDIR(mode):
        return Problem(
            "PCC002", f"`{name}` is a directory", help=f"name the file, as in `{Path(name) / 'matrix.toml'}`"
        )
    return Problem("PCC002", f"`{name}` is not a regular file", help="pass what a pipe writes as `-`, standard input")


def _nearby(name: str) -> str | None:
    from difflib import get_close_matches

    path = Path(name)
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f"there is no directory `{path.parent}`"
    close = get_close_matches(path.name, names, n=1)
    return f"did you mean `{path.parent / close[0]}`?" if close else None


def _document(text: str, file: str, suffix: str) -> Document:
    if suffix in (".yaml", ".yml"):
        from policycc.source.yaml_reader import parse as parse_yaml

        value, found = parse_yaml(text, file)
        return Document(file, text, _table(value, file), lambda _text, _file: found)
    if suffix == ".json":
        return _json(text, file)
    from policycc.source.toml_values import parse as parse_toml

    return Document(file, text, parse_toml(text, file), _toml_positions)


def _toml_positions(text: str, file: str) -> Positions:
    from policycc.source.toml_positions import positions

    return positions(text, file)


def _table(value: Any, file: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise SourceError(
        Problem("PCC009", f"`{file}` does not hold a table", Span(file, 1, 1, 1, 2), help="start with `version = 1`")
    )


def _json(text: str, file: str) -> Document:
    from policycc.source import jsonpos

    try:
        parsed = jsonpos.parse(text, file)
    except jsonpos.JsonError as error:
        raise SourceError(Problem("PCC012", f"JSON syntax: {error.message}", error.span)) from None
    if parsed.duplicates:
        raise SourceError(
            *(
                Problem(
                    "PCC013",
                    f"`{duplicate.path[-1]}` is defined twice",
                    duplicate.span,
                    help="keep one of the two, or put what both say into one",
                    related=(duplicate.first, "first defined here"),
                )
                for duplicate in parsed.duplicates
            )
        )
    check_depth(parsed.value, file, lambda: Span(file, 1, 1, 1, 2))
    return Document(file, text, _table(parsed.value, file), lambda _text, _file: _json_positions(parsed))


def _json_positions(parsed: JsonDocument) -> Positions:
    keys: dict[KeyPath, Span] = {}
    values: dict[KeyPath, Span] = {}
    todo: list[tuple[KeyPath, Any]] = [((), parsed.value)]
    while todo:
        path, value = todo.pop()
        values[path] = parsed.value_span(path)
        key = parsed.key_span(path)
        if key is not None:
            keys[path] = key
        if isinstance(value, dict):
            todo.extend(((*path, name), item) for name, item in value.items())
        elif isinstance(value, list):
            todo.extend(((*path, number), item) for number, item in enumerate(value))
    return Positions(keys, values)
