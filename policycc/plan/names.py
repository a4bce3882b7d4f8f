"""Names for accounts that are not there yet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from string import ascii_lowercase

from policycc.plan.conflicts import Node

LONGEST = 32
EVERYTHING = "main"
_FOREIGN = re.compile(r"[^a-z0-9]+")
_NUMBERED = re.compile(r"-(?=[0-9-]*\Z)")


def name_for(block: tuple[Node, ...], nodes: tuple[Node, ...], taken: Iterable[str]) -> str:
    """A name for an account that holds the environments of `block`, of all of `nodes`; none of `taken`.

    It keeps to the language's rule for names: `^[a-z][a-z0-9-]{0,31}$`, without a hyphen and digits at the end."""
    used = set(taken)
    production = tuple(node for node in nodes if node.environment.production)
    candidates = []
    if len(block) == len(nodes):
        candidates += [EVERYTHING, *(slug(node.matrix) for node in block)]
    if len(block) == 1:
        alike = sum(node.name == block[0].name for node in nodes)
        candidates += [slug(block[0].title if alike > 1 else block[0].name), slug(block[0].title)]
    elif set(block) == set(production):
        candidates.append("production")
    elif not any(node.environment.production for node in block) and len(block) == len(nodes) - len(production):
        candidates.append("non-production")
    candidates.append(slug("-".join(node.name for node in block)))
    candidates += [slug(f"{block[0].title[: LONGEST - 10]}-account-{letter}") for letter in ascii_lowercase]
    candidates += [f"account-{one}{other}" for one in ascii_lowercase for other in ascii_lowercase]
    return next(name for name in candidates if name not in used)


def slug(text: str) -> str:
    """Any text as a name."""
    name = _FOREIGN.sub("-", text.lower()).strip("-")
    if not name[:1].isalpha():
        name = f"env-{name}".strip("-")
    return _NUMBERED.sub("", name[:LONGEST].strip("-"))
