"""Placeholders in strings: `{name}` and `{environment}`, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping

from policycc.diagnostics.model import Diagnostics
from policycc.diagnostics.wording import quoted
from policycc.source.node import Node

_SPECIAL = re.compile(r"\{([A-Za-z_ .-]*)\}|[${}]")


def expand(node: Node, values: Mapping[str, str], diagnostics: Diagnostics) -> str:
    """The string at `node` with its placeholders replaced by `values`.

    Any other `$`, `{` or `}` is reported, and left as it is."""
    text: str = node.value
    if not any(character in text for character in "${}"):
        return text

    def replaced(match: re.Match[str]) -> str:
        name = match[1]
        if name in values:
            return values[name]
        _report(node, match[0], values, diagnostics)
        return match[0]

    return _SPECIAL.sub(replaced, text)


def _report(node: Node, found: str, values: Mapping[str, str], diagnostics: Diagnostics) -> None:
    known = " and ".join(f"`{{{name}}}`" for name in sorted(values, reverse=True))
    if found == "{environment}":
        help = (
            f"it has a value inside an environment and in the trust of a group that is `per_environment`; here: {known}"
        )
    else:
        help = f"the placeholders are {known}; strings hold no other `$`, `{{` or `}}`"
    diagnostics.error("PCC209", f"{quoted(found)} is no placeholder in {quoted(node.value)}", node.span, help=help)
