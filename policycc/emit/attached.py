"""Who in an account gets which policies: what the targets that deploy an account have in common.

A role is made, because the matrix says everything of it. A group of people is there already: who is in it is nobody's
to say here, so policies are attached to it by its name. Permission sets are of the whole organisation and left to the
identity-center target.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from policycc.emit.json_target import Emitted
from policycc.model.matrix import Matrix

_Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Role:
    """A role to be made. `session` is its longest session in seconds, None where AWS's default will do."""

    name: str
    path: str
    session: int | None
    trust: Emitted


@dataclass(frozen=True, slots=True)
class Attached:
    """A policy and the role or group that gets it; `managed` tells it from an inline one."""

    item: Emitted

    @property
    def managed(self) -> bool:
        return self.item.kind == "managed"

    @property
    def holder(self) -> str:
        return self.item.principal.name

    @property
    def to_role(self) -> bool:
        return self.item.principal.kind == "role"

    @property
    def document(self) -> _Json:
        found: _Json = json.loads(self.item.content)
        return found


@dataclass(frozen=True, slots=True)
class Account:
    """The roles and policies of an account, sorted by name."""

    name: str
    matrices: tuple[str, ...]
    roles: tuple[Role, ...]
    policies: tuple[Attached, ...]


def accounts(emitted: Sequence[Emitted], matrices: Sequence[Matrix]) -> tuple[Account, ...]:
    """The accounts in which there is a group or a role with policies, sorted by name."""
    by_account: dict[str, list[Emitted]] = {}
    for item in emitted:
        if item.principal.kind != "permission-set":
            by_account.setdefault(item.principal.account, []).append(item)
    return tuple(_account(name, own, matrices) for name, own in sorted(by_account.items()))


def _account(name: str, own: Sequence[Emitted], matrices: Sequence[Matrix]) -> Account:
    # Who holds nothing is not made: a role without policies would be one that nobody asked for.
    holding = {item.principal.name for item in own if item.kind != "trust"}
    roles = [_role(item, matrices) for item in own if item.kind == "trust" and item.principal.name in holding]
    policies = [Attached(item) for item in own if item.kind != "trust"]
    return Account(
        name,
        tuple(sorted({item.principal.matrix for item in own})),
        tuple(sorted(roles, key=lambda role: role.name)),
        tuple(sorted(policies, key=lambda one: one.item.name)),
    )


def _role(item: Emitted, matrices: Sequence[Matrix]) -> Role:
    matrix = next(matrix for matrix in matrices if matrix.name == item.principal.matrix)
    group = matrix.group(item.principal.group)
    return Role(item.principal.name, group.path, group.session, item)
