"""The account plan as values: what is rendered as text, JSON or Markdown, and what `--write` writes."""

from __future__ import annotations

from dataclasses import dataclass

from policycc.catalogue.types import Level
from policycc.plan.conflicts import SEVERITIES, Cell, Edge


@dataclass(frozen=True, slots=True)
class PlannedEnvironment:
    """An environment. `title` names its matrix too where there are several; `account` is the one as written."""

    matrix: str
    name: str
    title: str
    account: str
    production: bool
    shared: bool
    scopes: tuple[str, ...] = ()
    moves_marks: tuple[str, ...] = ()
    """The keys of the environment that name resources of its account, and change with it: `arns`, `vpcs`."""


@dataclass(frozen=True, slots=True)
class PlannedAccount:
    """An account of a topology. `environments` are titles; `scopes` the audit scopes that the account is in; `groups`
    those that can do anything in it."""

    name: str
    id: str | None
    new: bool
    exclusive: bool
    features: tuple[str, ...]
    environments: tuple[str, ...]
    scopes: tuple[str, ...]
    groups: tuple[str, ...]
    policies: int


@dataclass(frozen=True, slots=True)
class Topology:
    """One way to share the environments out.

    `problems` say why it is not possible, nothing if it is. `splits` are the grants that are still left out because
    nothing holds them; `left_out` counts those that are left out for another reason. `residuals` count grants that
    reach another environment, by level, the gravest first; `strangers` those that reach only what else lives in an
    account. `apart` are the environments that no residual reaches. `iam_groups`, `roles`, `permission_sets` and
    `trusts` count what is to be made; `repeated` are the groups of people that exist in more than one account, with how
    many. `policies` count those of the identity account too. `copies` are shared environments with the environments
    that live in another account than they do. `moves` are the environments that change their account, `ids_needed` the
    new accounts whose id the matrix must have before it builds, because roles name it."""

    name: str
    accounts: tuple[PlannedAccount, ...]
    problems: tuple[str, ...]
    granted: int
    splits: tuple[Cell, ...]
    left_out: int
    residuals: tuple[tuple[Level, int], ...]
    strangers: int
    apart: tuple[str, ...]
    iam_groups: int
    roles: int
    permission_sets: int
    trusts: int
    repeated: tuple[tuple[str, int], ...]
    policies: int
    over_quota: tuple[str, ...]
    copies: tuple[tuple[str, tuple[str, ...]], ...]
    moves: tuple[str, ...]
    ids_needed: tuple[str, ...]

    @property
    def homes(self) -> dict[str, str]:
        """The account of each environment, by its title."""
        return {title: account.name for account in self.accounts for title in account.environments}

    @property
    def residual_count(self) -> int:
        return sum(count for _, count in self.residuals)

    def residual(self, level: Level) -> int:
        return dict(self.residuals).get(level, 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of matrices that are built together. `exact` says that the optimum is proved to be one; without it there
    may be a way with fewer accounts, but not with fewer than `accounts_at_least`. `topologies` begin with the matrix as
    it is written; those of the same accounts are all there, each under its own name.
    `kept_if_exclusive` are accounts as written that the optimum would keep in place of new ones if they were
    exclusive."""

    matrices: tuple[str, ...]
    catalogue: tuple[str, str]
    environments: tuple[PlannedEnvironment, ...]
    conflicts: tuple[Edge, ...]
    topologies: tuple[Topology, ...]
    exact: bool
    accounts_at_least: int
    kept_if_exclusive: tuple[str, ...]

    def topology(self, name: str) -> Topology:
        """A topology by its name. Raises KeyError."""
        for topology in self.topologies:
            if topology.name == name:
                return topology
        raise KeyError(name)


LEVELS = tuple((level, level.name.lower()) for level in SEVERITIES)
"""The severities with their words."""
