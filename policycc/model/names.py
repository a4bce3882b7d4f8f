"""Names that must exist."""

from __future__ import annotations

from collections.abc import Collection

from policycc.diagnostics.model import Diagnostics
from policycc.diagnostics.wording import did_you_mean, quoted
from policycc.source.node import Node
from policycc.source.span import Span

_CODES = {"environment": "PCC201", "group": "PCC202", "account": "PCC203"}


def known(what: str, name: str, names: Collection[str], place: Span, diagnostics: Diagnostics) -> bool:
    """Whether there is such an environment, group or account; says so where there is not."""
    if name in names:
        return True
    hint = did_you_mean(name, sorted(names), what=f"the {what}s are")
    diagnostics.error(_CODES[what], f"there is no {what} {quoted(name)}", place, help=hint)
    return False


def chosen(what: str, node: Node | None, names: Collection[str], diagnostics: Diagnostics) -> tuple[str, ...]:
    """The names that a list chooses, sorted; all of them where there is no list."""
    if node is None:
        return tuple(sorted(names))
    found = {item.value for item in node.items() if known(what, item.value, names, item.span, diagnostics)}
    return tuple(sorted(found))
