"""What ARNs of a resource type look like, and which of them name an owner.

The values of an ARN's variables are less free than a policy's `*`: they are not empty, hold no `:` but at the very end,
and no `/` where one follows. Were they as free, a bucket's objects could pass for another bucket.
"""

from __future__ import annotations

from functools import lru_cache

from policycc.catalogue.language import VARIABLE, Any, Language, Token, between, of_glob
from policycc.catalogue.variables import is_plain

_ANY_ARN = "arn:*:*:*:*:*"


@lru_cache(maxsize=65536)
def of_type(
    arn: str, partition: str, account: str | None, owner: str | None = None, name: str | None = None
) -> Language:
    """The ARNs of a type whose `owner` variable has a value that the glob `name` matches; any ARN of the type without.

    `account` is None where any account, or none, may stand in the ARN."""
    if not arn:
        return of_glob(_ANY_ARN)
    tokens: list[Token] = []
    place = 0
    for found in VARIABLE.finditer(arn):
        tokens += between(arn, place, found.start())
        place = found.end()
        variable, rest = found.group(1), arn[place:]
        plain = is_plain(arn, variable)
        if variable == "Partition":
            tokens += of_glob(partition)
        elif variable == "Account":
            tokens += of_glob(account) if account else (Any(True, ":/"),)
        elif variable == owner:
            but = ":/" if rest.startswith("/") or plain else ":"
            tokens += of_glob(name, but) if name is not None else _some(but)
        else:
            tokens += _some(":/" if plain or rest[:1] not in ("", "*") else "")
    tokens += between(arn, place, len(arn))
    return tuple(tokens)


def _some(but: str) -> Language:
    return (Any(False, but), Any(True, but))
