"""`[[require]]`: the conditions that every grant of a group in an environment carries besides how it is held.

All demands are positive tests, so that an absent key refuses. `aws:SourceIp` is absent where a call comes through a VPC
endpoint, and `aws:SourceVpc`, `aws:SourceVpce` are absent where it does not
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html), so that addresses and VPCs
are alternatives: one statement each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import product

from policycc.iam.model import Condition
from policycc.model.matrix import Matrix, Requirement
from policycc.model.roles import Mfa, mfa_of, strictest

MFA = Condition("Bool", "aws:MultiFactorAuthPresent", ("true",))
VIA_AWS = Condition("Bool", "aws:ViaAWSService", ("true",))
Network = tuple[Condition, ...]
_EXCLUSIVE = frozenset({"aws:SourceVpc", "aws:SourceVpce"})


@dataclass(frozen=True, slots=True)
class Demand:
    """What must hold of a request besides. `networks` are alternatives, `((),)` when none is demanded; `regions` is
    None when any will do. `mfa` are the conditions of multi-factor authentication; `barred` says that it is demanded
    of a role whose trust policy does not test it."""

    networks: tuple[Network, ...] = ((),)
    regions: tuple[str, ...] | None = None
    mfa: tuple[Condition, ...] = ()
    barred: bool = False

    @property
    def impossible(self) -> bool:
        """Whether no request can meet it."""
        return self.barred or not self.networks or self.regions == ()

    def alternatives(self, home: str | None) -> tuple[tuple[Condition, ...], ...]:
        """The conditions to add, one alternative a statement. `home` is the one region in which calls of a global
        service are made, None for a regional one."""
        common = self.mfa
        if self.regions is not None:
            regions = {*self.regions, home} if home else set(self.regions)
            common = (*common, Condition("StringEquals", "aws:RequestedRegion", tuple(sorted(regions))))
        return tuple(tuple(sorted((*common, *network))) for network in self.networks)


UNDEMANDED = Demand()


def demanded(matrix: Matrix, group: str, environments: tuple[str, ...], *, guard: Mfa | None = None) -> Demand:
    """Everything that the matrix requires of `group` in all of `environments` at once.

    `guard` is the MFA that a role's trust policy tests, which its statements then leave out. None: there is no such
    trust policy, and MFA is a condition of the statements.
    """
    entries = _entries(matrix, group, environments)
    regions: set[str] | None = None
    networks = networks_of(entries)
    for entry in entries:
        if entry.regions is not None:
            regions = set(entry.regions) if regions is None else regions & set(entry.regions)
    mfa = strictest(mfa_of(matrix, group, environment) for environment in environments)
    conditions = mfa_conditions(mfa) if guard is None else ()
    barred = guard is not None and not guard.covers(mfa)
    return Demand(networks, None if regions is None else tuple(sorted(regions)), conditions, barred)


def networks_of(entries: Iterable[Requirement]) -> tuple[Network, ...]:
    """The alternatives in which a call comes from where all entries want it: `((),)` where none says so, none at all
    where they exclude one another."""
    networks: tuple[Network, ...] = ((),)
    for entry in entries:
        own = _networks(entry)
        if own:
            joined = (_both(one, other) for one, other in product(networks, own))
            networks = tuple(dict.fromkeys(network for network in joined if network is not None))
    return networks


def mfa_conditions(mfa: Mfa) -> tuple[Condition, ...]:
    """Multi-factor authentication as positive tests, which an absent key fails."""
    if not mfa.needed:
        return ()
    if mfa.age is None:
        return (MFA,)
    return (MFA, Condition("NumericLessThan", "aws:MultiFactorAuthAge", (str(mfa.age),)))


def _entries(matrix: Matrix, group: str, environments: tuple[str, ...]) -> list[Requirement]:
    return [
        entry
        for entry in matrix.requires
        if group in entry.groups and any(environment in entry.environments for environment in environments)
    ]


def _networks(entry: Requirement) -> tuple[Network, ...]:
    found: list[Network] = []
    if entry.source_ips is not None:
        found.append((Condition("IpAddress", "aws:SourceIp", entry.source_ips),))
    if entry.source_vpcs is not None:
        found.append((Condition("StringEquals", "aws:SourceVpc", entry.source_vpcs),))
    if entry.source_vpc_endpoints is not None:
        found.append((Condition("StringEquals", "aws:SourceVpce", entry.source_vpc_endpoints),))
    if found and entry.via_aws_services:
        found.append((VIA_AWS,))
    return tuple(found)


def _both(one: Network, other: Network) -> Network | None:
    """Both alternatives at once, or None where no request can meet both."""
    tests = {(condition.operator, condition.key): condition for condition in one}
    for condition in other:
        place = (condition.operator, condition.key)
        if place in tests:
            values = _shared(condition.key, tests[place].values, condition.values)
            if not values:
                return None
            condition = Condition(condition.operator, condition.key, values)
        tests[place] = condition
    keys = {condition.key for condition in tests.values()}
    if "aws:SourceIp" in keys and keys & _EXCLUSIVE:
        return None
    return tuple(sorted(tests.values()))


def _shared(key: str, one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """The values that both lists admit; of two address ranges of which one lies in the other, the narrower."""
    if key != "aws:SourceIp":
        return tuple(sorted(set(one) & set(other)))
    found = {
        max(left, right, key=lambda text: ip_network(text).prefixlen)
        for left in one
        for right in other
        if ip_network(left).version == ip_network(right).version and ip_network(left).overlaps(ip_network(right))
    }
    return tuple(sorted(found))
