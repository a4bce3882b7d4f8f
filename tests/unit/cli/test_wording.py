from __future__ import annotations

from policycc.cli.wording import counted, plural, shortened
from policycc.diagnostics.model import Diagnostic, Severity


def test_plural() -> None:
    assert [plural(count, "policy") for count in (0, 1, 2000)] == ["0 policies", "1 policy", "2,000 policies"]
    assert plural(3, "file") == "3 files"


def test_counted() -> None:
    assert counted([]) == "nothing to say"
    findings = [Diagnostic("PCC302", severity, "x") for severity in (Severity.NOTE, Severity.ERROR, Severity.NOTE)]
    assert counted(findings) == "1 error, 2 notes"


def test_shortened_shows_at_least_one_and_counts_the_rest() -> None:
    assert shortened(["a", "b"], 60) == "a, b"
    assert shortened(["x" * 100, "b", "c"], 10) == "x" * 100 + " and 2 more"
    assert shortened(["aaaa", "bbbb", "cccc", "dddd"], 22) == "aaaa, bbbb and 2 more"
    assert shortened([], 10) == ""
