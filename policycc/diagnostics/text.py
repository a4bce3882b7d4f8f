"""Diagnostics for people: a headline, the place, the line with the culprit underlined, and what to do."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

from policycc.diagnostics.model import Diagnostic, Label, Severity
from policycc.diagnostics.wording import printable

Lines = Callable[[str], "list[str] | None"]
"""Answers the lines of a file by its name, or None where they are not to be had."""

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.NOTE: "36"}
_WIDEST = 160


def render(diagnostics: Iterable[Diagnostic], lines: Lines, *, colour: bool = False) -> str:
    """All diagnostics as text, with an empty line after each; empty where there are none."""
    known = cache(lines)
    return "".join(_one(item, known, colour) + "\n" for item in diagnostics)


def _one(item: Diagnostic, lines: Lines, colour: bool) -> str:
    severity = _paint(f"{item.severity.value}[{item.code}]", f"1;{_COLOURS[item.severity]}", colour)
    out = [f"{severity}: {_paint(printable(item.message), '1', colour)}"]
    width = max((len(str(label.span.line)) for label in item.labels), default=1)
    arrow = "-->"
    for label in item.labels:
        out.append(f"{' ' * width}{_paint(arrow, '34', colour)} {printable(str(label.span))}")
        out.extend(_excerpt(label, lines, width, item.severity, colour))
        arrow = ":::"
    if item.help:
        out.append(f"{' ' * width} {_paint('= help:', '36', colour)} {printable(item.help)}")
    return "\n".join(out) + "\n"


def _excerpt(label: Label, lines: Lines, width: int, severity: Severity, colour: bool) -> list[str]:
    span = label.span
    source = lines(span.file)
    if source is None or not 1 <= span.line <= len(source):
        return [f"{' ' * width} | {printable(label.text)}"] if label.text else []
    line = source[span.line - 1].rstrip("\r")
    start = min(span.column - 1, len(line))
    end = len(line.rstrip()) if span.end_line > span.line else min(span.end_column - 1, len(line))
    shown, start, end = _window(line, start, max(end, start))
    carets = " " * _cells(_show(shown[:start])) + "^" * max(_cells(_show(shown[start:end])), 1)
    text = f" {printable(label.text)}" if label.text else ""
    bar = f"{' ' * width} {_paint('|', '34', colour)}"
    return [
        bar,
        f"{_paint(str(span.line).rjust(width), '34', colour)} {_paint('|', '34', colour)} {_show(shown)}".rstrip(),
        f"{bar} {_paint(carets + text, _COLOURS[severity], colour)}",
    ]


def _window(line: str, start: int, end: int) -> tuple[str, int, int]:
    """At most `_WIDEST` characters of a line, with the stretch that matters among them."""
    if len(line) <= _WIDEST:
        return line, start, end
    first = max(0, min(start - 40, len(line) - _WIDEST))
    cut = line[first : first + _WIDEST]
    left, right = "…" if first else "", "…" if first + _WIDEST < len(line) else ""
    shift = len(left) - first
    return left + cut + right, start + shift, min(end + shift, len(left) + len(cut))


def _show(text: str) -> str:
    return printable(text.replace("\t", "    "))


def _cells(text: str) -> int:
    """How many terminal cells a printable text takes: East Asian wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in ("W", "F") else 1 for c in text
    )


def _paint(text: str, style: str, colour: bool) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if colour else text
