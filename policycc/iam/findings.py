"""What can be wrong with a policy document, in one table."""

from __future__ import annotations

from dataclasses import dataclass

from policycc.diagnostics.model import Severity
from policycc.source.span import KeyPath, Span

FINDINGS: dict[str, tuple[Severity, str]] = {
    "not-json": (Severity.ERROR, "the text is not JSON"),
    "too-large": (Severity.ERROR, "the text is far larger than any policy that AWS takes"),
    "duplicate-key": (Severity.ERROR, "an object has one key twice"),
    "wrong-type": (Severity.ERROR, "an element has a value of the wrong type"),
    "unknown-element": (Severity.ERROR, "an element that no policy has"),
    "missing-element": (Severity.ERROR, "an element that must be there is missing"),
    "conflicting-elements": (Severity.ERROR, "an element and its negation stand in one statement"),
    "forbidden-element": (Severity.ERROR, "an element that this type of policy may not have"),
    "bad-version": (Severity.ERROR, "the version is neither 2012-10-17 nor 2008-10-17"),
    "bad-effect": (Severity.ERROR, "the effect is neither Allow nor Deny, or not allowed in this type of policy"),
    "bad-sid": (Severity.ERROR, "a statement id has characters that are not allowed"),
    "duplicate-sid": (Severity.ERROR, "two statements have one id"),
    "bad-action": (Severity.ERROR, "an action is not `*` or `service:Name`"),
    "wildcard-in-service": (Severity.WARNING, "an action or ARN has a wildcard in its service"),
    "bad-arn": (Severity.ERROR, "a resource is not `*` or an ARN"),
    "partial-arn": (Severity.WARNING, "an ARN has fewer than six segments, the rest matches anything"),
    "odd-account": (Severity.WARNING, "the account of an ARN is not twelve digits"),
    "bad-principal": (Severity.ERROR, "a principal that AWS does not know"),
    "allow-not-principal": (Severity.WARNING, "Allow with NotPrincipal reaches everybody else, anonymous callers too"),
    "bad-operator": (Severity.ERROR, "a condition operator, or what stands before or after it, is unknown"),
    "bad-condition-key": (Severity.ERROR, "a condition key is not `service:key`"),
    "duplicate-condition-key": (Severity.ERROR, "one operator has one key twice, in different case"),
    "bad-condition-value": (Severity.ERROR, "a condition value is not of its operator's type"),
    "dead-arn-pattern": (Severity.WARNING, "an ARN pattern without six segments matches nothing"),
    "missing-qualifier": (Severity.WARNING, "a multivalued key without ForAllValues: or ForAnyValue: matches nothing"),
    "multivalued-variable": (Severity.WARNING, "a policy variable of a multivalued key has no value"),
    "bad-variable": (Severity.ERROR, "a policy variable is malformed or stands where none may"),
    "variable-without-version": (Severity.WARNING, "policy variables are plain text before version 2012-10-17"),
    "empty-list": (Severity.WARNING, "an empty list, which matches nothing"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a document. `code` is a key of FINDINGS; an error means that AWS would refuse it.

    `path` leads to the value, or for a fault of a key to that key; `span` is its place, None for a document that was
    given as values."""

    code: str
    message: str
    path: KeyPath
    span: Span | None = None

    @property
    def severity(self) -> Severity:
        return FINDINGS[self.code][0]

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        place = "" if self.span is None else f"{self.span}: "
        return f"{place}{pointer(self.path)}: {self.message}"


def pointer(path: KeyPath) -> str:
    """A path as people read it: `Statement[0].Condition.StringEquals`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "document"
