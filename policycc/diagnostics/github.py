"""Diagnostics as GitHub Actions workflow commands, which become annotations of a pull request.

Source: GitHub documentation, "Workflow commands for GitHub Actions", setting a notice, warning or error message.
"""

from __future__ import annotations

from collections.abc import Iterable

from policycc.diagnostics.codes import CODES
from policycc.diagnostics.model import Diagnostic, Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """One line a diagnostic."""
    return "".join(_one(item) + "\n" for item in diagnostics)


def _one(item: Diagnostic) -> str:
    properties = [f"title={_property(f'{item.code} {CODES[item.code].name}')}"]
    if item.labels:
        span = item.labels[0].span
        properties[:0] = [f"file={_property(span.file)}", f"line={span.line}", f"endLine={span.end_line}"]
        if span.line == span.end_line:
            # Columns over several lines are refused.
            properties[3:3] = [f"col={span.column}", f"endColumn={span.end_column}"]
    text = item.message if item.help is None else f"{item.message}\n{item.help}"
    return f"::{_COMMANDS[item.severity]} {','.join(properties)}::{_data(text)}"


def _data(text: str) -> str:
    # Names of files need not be UTF-8, but what is written here must be.
    text = text.encode(errors="backslashreplace").decode()
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
