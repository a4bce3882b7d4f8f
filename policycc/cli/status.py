"""What the exit status of a command means."""

from __future__ import annotations

from collections.abc import Iterable

from policycc.diagnostics.model import Diagnostic, Severity

CLEAN = 0
"""Nothing to say but warnings and notes."""
FINDINGS = 1
"""An error in the matrix, a proof that is refuted or unknown, a stale output; under `--strict` a warning too."""
USAGE = 2
"""Wrong usage, or a file that cannot be read or written."""
FAULT = 3
"""Our own fault."""
INTERRUPTED = 130
"""Ended by ctrl-C, as a shell counts it: 128 and the number of the signal."""

_FILE_CODES = frozenset(
    {
        "PCC001",
        "PCC002",
        "PCC003",
        "PCC601",
        "PCC605",
        "PCC606",
        "PCC607",
        "PCC609",
        "PCC611",
        "PCC614",
    }
)
"""Errors that are not of the matrix but of the files."""


def status_of(diagnostics: Iterable[Diagnostic], *, strict: bool = False) -> int:
    """The status that a command with these diagnostics ends with."""
    items = list(diagnostics)
    errors = [item for item in items if item.severity is Severity.ERROR]
    if any(item.code in _FILE_CODES for item in errors):
        return USAGE
    if errors or (strict and any(item.severity is Severity.WARNING for item in items)):
        return FINDINGS
    return CLEAN
