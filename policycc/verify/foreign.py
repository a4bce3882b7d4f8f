"""Statements that name resources of another account, which nothing in a matrix intends but assuming a role.

All other questions are about resources of the principal's own account. What another account holds is reached only if
its owner admits it as well; that is no reason to allow it on this side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policycc.iam.relations import TooManyStatesError, covers
from policycc.verify.documents import Document
from policycc.verify.intent import Holder
from policycc.verify.result import Counterexample

_ACCOUNT = 4
_SEGMENTS = 6


def foreign(holder: Holder, documents: Sequence[Document]) -> Iterator[Counterexample]:
    """A finding for each Allow that names a resource by the id of another account. ARNs that an environment declares
    are its own, wherever they lie; roles that are assumed are judged by themselves."""
    own = {place.account.id for place in holder.places}
    declared = [pattern for place in holder.places for pattern in place.environment.arns]
    for document in documents:
        statements = document.policy.statements if document.policy is not None else ()
        for clause, statement in zip(document.clauses, statements, strict=True):
            if not clause.allows or {action.lower() for action in statement.actions or ("*",)} == {"sts:assumerole"}:
                continue
            named = next((one for one in statement.resources or () if _is_foreign(one, own, declared)), None)
            if named is not None:
                yield Counterexample(
                    holder.name,
                    holder.account,
                    None,
                    None,
                    f"{document.path}, statement {clause.index}: it names {named}, which is of another account",
                    resource=named,
                    policy=document.path,
                    statement=clause.index,
                    line=document.line(clause.index),
                )


def _is_foreign(pattern: str, own: set[str | None], declared: list[str]) -> bool:
    parts = pattern.split(":", _SEGMENTS - 1)
    if None in own or len(parts) != _SEGMENTS or not parts[_ACCOUNT].isdecimal() or parts[_ACCOUNT] in own:
        return False
    try:
        return not covers(declared, pattern)
    except TooManyStatesError:
        return True
