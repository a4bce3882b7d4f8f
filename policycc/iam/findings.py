"""What can be wrong with a policy document, in one table."""

from __future__ import annotations

from dataclasses import dataclass

from policycc.diagnostics.model import Severity
from policycc.source.span import KeyPath, Span

FINDINGS: dict[str, tuple[str, Severity]] = {
    "file-too-large": ("PCC004", Severity.ERROR),
    "json-syntax": ("PCC012", Severity.ERROR),
    "duplicate-key": ("PCC013", Severity.ERROR),
    "wrong-element-type": ("PCC120", Severity.ERROR),
    "unknown-element": ("PCC121", Severity.ERROR),
    "missing-element": ("PCC122", Severity.ERROR),
    "conflicting-elements": ("PCC123", Severity.ERROR),
    "forbidden-element": ("PCC124", Severity.ERROR),
    "bad-version": ("PCC125", Severity.ERROR),
    "bad-effect": ("PCC126", Severity.ERROR),
    "bad-sid": ("PCC127", Severity.ERROR),
    "duplicate-sid": ("PCC128", Severity.ERROR),
    "bad-action": ("PCC129", Severity.ERROR),
    "wildcard-in-service": ("PCC130", Severity.WARNING),
    "bad-arn": ("PCC131", Severity.ERROR),
    "partial-arn": ("PCC132", Severity.WARNING),
    "odd-account": ("PCC133", Severity.WARNING),
    "bad-principal": ("PCC134", Severity.ERROR),
    "allow-not-principal": ("PCC135", Severity.WARNING),
    "bad-operator": ("PCC136", Severity.ERROR),
    "bad-condition-key": ("PCC137", Severity.ERROR),
    "duplicate-condition-key": ("PCC138", Severity.ERROR),
    "bad-condition-value": ("PCC139", Severity.ERROR),
    "dead-arn-pattern": ("PCC140", Severity.WARNING),
    "missing-qualifier": ("PCC141", Severity.WARNING),
    "multivalued-variable": ("PCC142", Severity.WARNING),
    "bad-variable": ("PCC143", Severity.ERROR),
    "variable-without-version": ("PCC144", Severity.WARNING),
    "empty-list": ("PCC145", Severity.WARNING),
    "unwritable-character": ("PCC146", Severity.ERROR),
}
"""Code and severity by name. What each means is in the table of codes, and on the page of its code."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a document. `name` is a key of FINDINGS; an error means that AWS would refuse it.

    `path` leads to the value, or for a fault of a key to that key; `span` is its place, None for a document that was
    given as values."""

    name: str
    message: str
    path: KeyPath
    span: Span | None = None

    @property
    def code(self) -> str:
        """The code that `policycc explain` knows."""
        return FINDINGS[self.name][0]

    @property
    def severity(self) -> Severity:
        return FINDINGS[self.name][1]

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        place = "" if self.span is None else f"{self.span}: "
        return f"{place}{pointer(self.path)}: {self.message} ({self.code})"


def pointer(path: KeyPath) -> str:
    """A path as people read it: `Statement[0].Condition.StringEquals`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "document"
