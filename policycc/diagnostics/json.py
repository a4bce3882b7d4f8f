"""Diagnostics for programs: one JSON list."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from policycc.diagnostics.codes import CODES
from policycc.diagnostics.model import Diagnostic
from policycc.source.span import Span


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """A JSON list with a newline at the end. Lines and columns count from 1, columns in characters."""
    return json.dumps([as_object(item) for item in diagnostics], indent=2) + "\n"


def as_object(item: Diagnostic) -> dict[str, Any]:
    """One diagnostic as plain values. `labels[0]` is the place of the fault."""
    return {
        "code": item.code,
        "name": CODES[item.code].name,
        "severity": item.severity.value,
        "message": item.message,
        "labels": [{**_place(label.span), "text": label.text} for label in item.labels],
        "help": item.help,
    }


def _place(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
