"""What the matrix could still say, so that a type can be held."""

from __future__ import annotations

from policycc.catalogue import language
from policycc.catalogue.facts import RowFacts, Support
from policycc.catalogue.world import Place


def means(row: RowFacts, place: Place) -> tuple[str, ...]:
    """The keys of the matrix that would hold the type in `place`, if they were there."""
    found: list[str] = []
    if row.resource_tag is Support.OPT_IN and row.feature and row.feature not in place.account.features:
        found.append("features")
    chosen = row.owner.variable if row.owner and row.owner.chosen else None
    if (chosen and not place.names(row.arn, chosen)) or (row.keys and not place.environment.names):
        found.append("names")
    if (row.owner and not row.owner.chosen) or (not row.owner and _has_own_arn(row)):
        found.append("arns")
    return tuple(found)


def _has_own_arn(row: RowFacts) -> bool:
    """Whether an ARN can name one resource of the type, and not only all of them."""
    return bool(language.VARIABLE.search(row.arn.rpartition(":")[2]))
