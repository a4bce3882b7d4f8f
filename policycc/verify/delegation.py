"""People of an identity account: their policies there may assume the roles of their groups, and nothing else.

These policies are simple enough to be judged as they are written: each Allow names `sts:AssumeRole` and role ARNs in
full.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policycc.model.matrix import Matrix
from policycc.verify.documents import Document, Owner
from policycc.verify.intent import Holder

_ASSUME = frozenset({"sts:assumerole"})


def delegating_owners(matrices: Sequence[Matrix], found: Sequence[Holder]) -> tuple[Owner, ...]:
    """The groups of each identity account, unless they have an environment of their own there."""
    own = {(holder.account, holder.name) for holder in found}
    return tuple(
        Owner(account.name, group.name, matrix.name)
        for matrix in matrices
        for account in matrix.accounts
        if account.identity
        for group in matrix.groups
        if group.kind == "group" and (account.name, group.name) not in own
    )


def roles_of(matrices: Sequence[Matrix], found: Sequence[Holder], group: str) -> frozenset[str]:
    """The ARNs of the roles by which a group reaches the other accounts."""
    paths = {(matrix.name, item.name): item.path for matrix in matrices for item in matrix.groups}
    return frozenset(
        f"arn:{holder.places[0].partition}:iam::{holder.places[0].account.id}:role"
        f"{paths[holder.matrices[0], group]}{holder.name}"
        for holder in found
        if holder.group == group and holder.places[0].account.id is not None
    )


def strays(documents: Sequence[Document], roles: frozenset[str]) -> Iterator[tuple[Document, int, str]]:
    """Statements that let through anything but assuming the roles: the document, the statement and why."""
    for document in documents:
        statements = document.policy.statements if document.policy is not None else ()
        for clause, statement in zip(document.clauses, statements, strict=True):
            if not clause.allows:
                continue
            named = {action.lower() for action in statement.actions or ("*",)}
            if not named <= _ASSUME:
                yield document, clause.index, "it allows more than sts:AssumeRole"
            elif not set(statement.resources or ("*",)) <= roles:
                yield document, clause.index, "it names a role that is none of the group's"
