from __future__ import annotations

import pytest

from policycc.cli.status import CLEAN, FINDINGS, USAGE, status_of
from policycc.diagnostics.model import Diagnostic, Severity

ERROR = Diagnostic("PCC302", Severity.ERROR, "x")
WARNING = Diagnostic("PCC302", Severity.WARNING, "x")
NOTE = Diagnostic("PCC610", Severity.NOTE, "x")
UNREADABLE = Diagnostic("PCC003", Severity.ERROR, "x")
UNWRITABLE = Diagnostic("PCC609", Severity.ERROR, "x")


@pytest.mark.parametrize(
    ("findings", "status", "strict"),
    [
        ([], CLEAN, CLEAN),
        ([NOTE], CLEAN, CLEAN),
        ([WARNING, NOTE], CLEAN, FINDINGS),
        ([ERROR], FINDINGS, FINDINGS),
        ([ERROR, WARNING, UNREADABLE], USAGE, USAGE),
        ([UNWRITABLE], USAGE, USAGE),
    ],
)
def test_the_status_follows_the_worst(findings: list[Diagnostic], status: int, strict: int) -> None:
    assert status_of(findings) == status
    assert status_of(findings, strict=True) == strict
