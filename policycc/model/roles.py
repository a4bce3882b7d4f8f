"""Which principals a row of the matrix becomes, and what multi-factor authentication guards them.

In a role that people assume, MFA is tested by the trust policy and so for the whole role, because its sessions do not
show it (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html). Where the
environments of such a role differ in MFA, it becomes one role per environment in that account.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from policycc.model.matrix import Account, Group, Kind, Matrix, Requirement


@dataclass(frozen=True, slots=True)
class Mfa:
    """A second factor, or none. `age` is how many seconds ago it may have been shown, None for any time."""

    needed: bool = False
    age: int | None = None

    def covers(self, other: Mfa) -> bool:
        """Whether who meets this meets the other too."""
        fresh = other.age is None or (self.age is not None and self.age <= other.age)
        return (self.needed or not other.needed) and fresh


NO_MFA = Mfa()
_Demand = TypeVar("_Demand")
Cell = tuple[str, str, str]
"""Group, account and environment."""


def mfa_of(matrix: Matrix, group: str, environment: str) -> Mfa:
    """What `[[require]]` demands of a group in one environment."""
    return strictest(
        Mfa(entry.mfa or entry.mfa_max_age is not None, entry.mfa_max_age)
        for entry in matrix.requires
        if group in entry.groups and environment in entry.environments
    )


def strictest(found: Iterable[Mfa]) -> Mfa:
    """All of them at once."""
    all_of_them = tuple(found)
    ages = [mfa.age for mfa in all_of_them if mfa.age is not None]
    return Mfa(any(mfa.needed for mfa in all_of_them), min(ages, default=None))


def kind_in(matrix: Matrix, group: Group, account: Account) -> Kind:
    """What a group is in an account: with an identity account, people reach the others as a role."""
    delegated = group.kind == "group" and not account.identity and any(other.identity for other in matrix.accounts)
    return "role" if delegated else group.kind


def mfa_in_trust(matrix: Matrix, group: Group, account: Account) -> bool:
    """Whether people become the group's principal in the account, so that its trust policy can test MFA."""
    if kind_in(matrix, group, account) != "role":
        return False
    return group.trust is None or bool(group.trust.accounts or group.trust.principals)


def _sources(matrix: Matrix, group: str, environment: str) -> frozenset[Requirement]:
    """What `[[require]]` demands of where a group's calls in an environment come from, each demand by itself."""
    return frozenset(
        Requirement(
            (),
            (),
            source_ips=one.source_ips,
            source_vpcs=one.source_vpcs,
            source_vpc_endpoints=one.source_vpc_endpoints,
        )
        for one in matrix.requires
        if group in one.groups
        and environment in one.environments
        and (one.source_ips or one.source_vpcs or one.source_vpc_endpoints)
    )


def _by_principal(cells: Iterable[tuple[Cell, _Demand]]) -> dict[tuple[str, str], dict[str, _Demand]]:
    found: dict[tuple[str, str], dict[str, _Demand]] = {}
    for (group, account, environment), demand in cells:
        found.setdefault((group, account), {})[environment] = demand
    return found


@dataclass(frozen=True)
class Roles:
    """The principals of matrices that are built together. `mfa` and `sources` are what each cell demands whose
    principal people assume."""

    separate: frozenset[tuple[str, str]] = frozenset()
    mfa: tuple[tuple[Cell, Mfa], ...] = ()
    sources: tuple[tuple[Cell, frozenset[Requirement]], ...] = ()

    @cached_property
    def _mfa(self) -> dict[tuple[str, str], dict[str, Mfa]]:
        return _by_principal(self.mfa)

    @cached_property
    def _sources(self) -> dict[tuple[str, str], dict[str, frozenset[Requirement]]]:
        return _by_principal(self.sources)

    @staticmethod
    def of(matrices: Sequence[Matrix]) -> Roles:
        demands: dict[Cell, Mfa] = {}
        sources: dict[Cell, frozenset[Requirement]] = {}
        for matrix in matrices:
            homes = {environment.name: environment.account for environment in matrix.environments}
            for cell in matrix.cells:
                if cell.environment not in homes:
                    continue  # a part of a matrix, as the account plan makes them
                account = matrix.account(homes[cell.environment])
                if mfa_in_trust(matrix, matrix.group(cell.group), account):
                    key = (cell.group, account.name, cell.environment)
                    found = mfa_of(matrix, cell.group, cell.environment)
                    demands[key] = strictest((demands.get(key, NO_MFA), found))
                    sources[key] = _sources(matrix, cell.group, cell.environment)
        kinds: dict[tuple[str, str], set[Mfa]] = {}
        for (group, account_name, _), mfa in demands.items():
            kinds.setdefault((group, account_name), set()).add(mfa)
        separate = frozenset(key for key, found in kinds.items() if len(found) > 1)
        order = sorted(demands)
        return Roles(separate, tuple((key, demands[key]) for key in order), tuple((k, sources[k]) for k in order))

    def environment(self, group: Group, account: str, environment: str) -> str | None:
        """The environment that the principal of a cell is for, or None where one principal serves the account."""
        return environment if group.per_environment or (group.name, account) in self.separate else None

    def name(self, group: Group, account: str, environment: str) -> str:
        """The principal's name."""
        own = self.environment(group, account, environment)
        return group.name if own is None else f"{group.name}-{own}"

    def guard(self, group: str, account: str, environment: str | None) -> Mfa:
        """The MFA that the trust policy of a principal tests: that of its environment, or of all in the account."""
        found = self._mfa.get((group, account), {})
        return strictest(mfa for cell, mfa in found.items() if environment in (None, cell))

    def sourced(self, group: str, account: str, environment: str | None) -> tuple[Requirement, ...]:
        """What every environment of a principal demands of where its calls come from: a role is assumed from there
        too. Calls that services make onward are no exception of that: people assume roles themselves."""
        cells = self._sources.get((group, account), {})
        found = [demands for cell, demands in cells.items() if environment in (None, cell)]
        common = frozenset.intersection(*found) if found else frozenset[Requirement]()
        return tuple(sorted(common, key=repr))

    def guard_of(self, matrix: Matrix, group: Group, account: Account, environment: str) -> Mfa | None:
        """The MFA that is tested when the principal of a cell is assumed, or None where people do not assume it."""
        if not mfa_in_trust(matrix, group, account):
            return None
        return self.guard(group.name, account.name, self.environment(group, account.name, environment))
