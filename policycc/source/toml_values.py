"""TOML to values, by the standard library; and where a syntax error stands."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, time
from typing import Any

from policycc.source.errors import Problem, SourceError
from policycc.source.limits import MAX_DEPTH, check_depth, too_deep
from policycc.source.span import Span
from policycc.source.text import point

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")
# The parser takes quadratic time for a key of very many parts, so those are refused before it sees them.
_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(
    rf"(?:^|[{{,\[])[ \t\[]*+({_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{MAX_DEPTH * 2},}}+)", re.MULTILINE
)
_NESTED = re.compile(rf"(?:[\[{{][^\[\]{{}}]*+){{{MAX_DEPTH}}}")


def parse(text: str, file: str) -> dict[str, Any]:
    """The root table of a TOML text, dates as ISO text. Raises SourceError with the place of the mistake."""
    long_key = _LONG_KEY.search(text) if text.count(".") > MAX_DEPTH * 2 else None
    if long_key is not None:
        raise too_deep(file, point(text, long_key.start(1), file))
    try:
        value = tomllib.loads(text)
    except RecursionError:
        raise too_deep(file, _deep(text, file)) from None
    except ValueError as error:
        raise SourceError(_problem(str(error), text, file)) from None
    check_depth(value, file, lambda: _deep(text, file))
    return {key: _plain(item) for key, item in value.items()}


def _deep(text: str, file: str) -> Span:
    """Where nesting begins that goes too deep, as far as brackets tell."""
    found = _NESTED.search(text)
    return point(text, found.start() if found else 0, file)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    return value


def _problem(message: str, text: str, file: str) -> Problem:
    found = _PLACE.search(message)
    what = message[: found.start()] if found else message
    what = what[:1].lower() + what[1:]
    if any(word in what for word in ("overwrite", "twice", "mutate", "already", "duplicate")):
        duplicate = _duplicate(text, file)
        if duplicate is not None:
            return duplicate
    if found and found[1]:
        line, column = int(found[1]), int(found[2])
        return Problem("PCC010", f"TOML syntax: {what}", Span(file, line, column, line, column + 1))
    return Problem("PCC010", f"TOML syntax: {what}", _open_end(text, file))


def _duplicate(text: str, file: str) -> Problem | None:
    from policycc.source.toml_positions import first_duplicate

    found = first_duplicate(text, file)
    if found is None:
        return None
    name, first, second = found
    return Problem(
        "PCC013",
        f"`{name}` is defined twice",
        second,
        help="keep one of the two, or put what both say into one",
        related=(first, "first defined here"),
    )


def _open_end(text: str, file: str) -> Span:
    """Where something begins that never ends, if that can be told; else the end of the text."""
    from policycc.source.toml_positions import first_error

    return first_error(text, file) or point(text, len(text.rstrip()), file)
