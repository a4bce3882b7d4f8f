"""The other spellings of a tag key: condition keys fold the case of the tag key, tags do not
(https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html)."""

from __future__ import annotations

from itertools import product

LISTED_SPELLINGS = 5
"""Keys up to this length have at most 31 other spellings by case, few enough to list."""


def other_spellings(key: str) -> tuple[str, ...]:
    """All spellings of a tag key that differ from it in case only."""
    forms = ("".join(chars) for chars in product(*(sorted({c.lower(), c.upper()}) for c in key)))
    return tuple(sorted(form for form in forms if form != key))
