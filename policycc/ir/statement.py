"""The compiler's own form of a policy: Allow statements with positive lists, before they are packed into files."""

from __future__ import annotations

from dataclasses import dataclass, field

from policycc.iam.model import Condition


@dataclass(frozen=True, slots=True)
class Statement:
    """An Allow statement. All tuples are sorted and without repeats; `conditions` hold one entry per operator and key.

    `origins` are the cells that asked for it (`access.developers.dev`), `how` the ways of holding that it stands for,
    `environments` the names of the environments whose cells asked (a glob that only one of them wrote may not widen
    the others); none of them is part of equality, and merging unions each.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()
    origins: frozenset[str] = field(default=frozenset(), compare=False)
    how: frozenset[str] = field(default=frozenset(), compare=False)
    environments: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def sort_key(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Condition, ...]]:
        return (self.actions, self.resources, self.conditions)


@dataclass(frozen=True, slots=True, order=True)
class Principal:
    """Who holds the policies: a group, role or permission set in one account; `environment` is set for the principals
    of a `per_environment` group. `matrix` is the name of the matrix, the prefix of its policies."""

    account: str
    name: str
    kind: str
    group: str
    matrix: str
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """All statements of a build, by principal, both sorted."""

    parts: tuple[tuple[Principal, tuple[Statement, ...]], ...]
