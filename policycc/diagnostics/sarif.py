"""Diagnostics as SARIF 2.1.0, which code hosts show beside the lines of a change.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, sections 3.14, 3.27, 3.30.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from policycc.diagnostics.codes import CODES
from policycc.diagnostics.model import Diagnostic, Label, Severity
from policycc.source.span import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

# Columns are counted as Python counts characters, which is what SARIF calls code points.
_COLUMNS = "unicodeCodePoints"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def render(diagnostics: Iterable[Diagnostic], version: str) -> str:
    """A SARIF log with one run and a newline at the end. `version` is that of the tool."""
    items = list(diagnostics)
    codes = sorted({item.code for item in items})
    rules = [
        {"id": code, "name": _pascal(CODES[code].name), "shortDescription": {"text": CODES[code].summary}}
        for code in codes
    ]
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "policycc", "semanticVersion": version, "rules": rules}},
                "columnKind": _COLUMNS,
                "results": [_result(item, codes.index(item.code)) for item in items],
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _result(item: Diagnostic, rule: int) -> dict[str, Any]:
    text = item.message if item.help is None else f"{item.message}\n{item.help}"
    result: dict[str, Any] = {
        "ruleId": item.code,
        "ruleIndex": rule,
        "level": _LEVELS[item.severity],
        "message": {"text": text},
    }
    if item.labels:
        result["locations"] = [_location(item.labels[0])]
    if len(item.labels) > 1:
        result["relatedLocations"] = [
            {"id": number, **_location(label)} for number, label in enumerate(item.labels[1:], 1)
        ]
    return result


def _location(label: Label) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(label.span)}, "region": _region(label.span)}
    }
    if label.text:
        location["message"] = {"text": label.text}
    return location


def _uri(span: Span) -> str:
    path = PurePath(span.file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), errors="surrogateescape")


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))
