"""From bytes to text: encodings, sizes and characters that have no business in a matrix."""

from __future__ import annotations

import re

from policycc.source.errors import Problem, SourceError
from policycc.source.span import Span

MAX_BYTES = 1 << 20
"""The largest input in bytes. A matrix of a thousand cells takes about a tenth of it."""

# Tab, line feed and carriage return are the only control characters with a meaning in these formats.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Characters that reorder what a reviewer sees: the text would not say what it seems to say.
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def decode(data: bytes, file: str) -> str:
    """The text of an input. A UTF-8 byte order mark is dropped. Raises SourceError."""
    if len(data) > MAX_BYTES:
        raise SourceError(
            Problem(
                "PCC004",
                f"`{file}` is larger than {MAX_BYTES // 1024} KiB",
                help="split the matrix by application, or move what several share into an included file",
            )
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", errors="replace")
        raise SourceError(
            Problem("PCC005", f"`{file}` is not UTF-8", point(before, len(before), file), help=_encoding_help(data))
        ) from None
    if "\ufeff" in text or not text.isascii():
        _refuse(_REORDERING, text, file, "PCC007", "reorders the text around it")
    _refuse(_CONTROL, text, file, "PCC006", "is a control character")
    return text


def point(text: str, offset: int, file: str, length: int = 1) -> Span:
    """The span of `length` characters at an offset of a text (on one line)."""
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return Span(file, line, column, line, column + length)


def _refuse(pattern: re.Pattern[str], text: str, file: str, code: str, what: str) -> None:
    problems = [
        Problem(
            code,
            f"U+{ord(match[0]):04X} {what}",
            point(text, match.start(), file),
            help="remove it, or write it as an escape inside a quoted string",
        )
        for match, _ in zip(pattern.finditer(text), range(20), strict=False)
    ]
    if problems:
        raise SourceError(*problems)


def _encoding_help(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "the file is UTF-16: save it as UTF-8"
    return "save the file as UTF-8"
