"""Numbers and lists as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence

from policycc.diagnostics.model import Diagnostic, Severity


def plural(count: int, noun: str) -> str:
    """`1 grant`, `1,234 grants`, `2 policies`."""
    if count != 1:
        noun = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun}"


def counted(findings: Sequence[Diagnostic]) -> str:
    """How many errors, warnings and notes there are, in words."""
    counts = [(sum(item.severity is severity for item in findings), severity.value) for severity in Severity]
    return ", ".join(plural(count, noun) for count, noun in counts if count) or "nothing to say"


def shortened(values: Sequence[str], room: int) -> str:
    """As many of the values as there is room for, at least one, and how many more there are."""
    shown: list[str] = []
    for value in values:
        more = f" and {len(values) - len(shown) - 1} more"
        if shown and len(", ".join([*shown, value])) + len(more) > room:
            break
        shown.append(value)
    rest = len(values) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")
