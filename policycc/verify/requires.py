"""`[[require]]` as terms about a request."""

from __future__ import annotations

from policycc.catalogue.regions import global_region
from policycc.model.matrix import Requirement
from policycc.model.roles import Mfa
from policycc.verify.terms import ALWAYS, NEVER, Term, every, some, test


def demanded(entry: Requirement, service: str, partition: str, guard: Mfa | None, *, strictly: bool = False) -> Term:
    """What one entry demands of a call to `service`; a global one may be called in its home region.

    MFA is left out where the role's trust policy demands it, `guard`; where that demands less, no session meets it.

    `strictly` leaves out the very last second of `mfa_max_age`, which may count as too old."""
    parts: list[Term] = []
    if guard is not None:
        if not guard.covers(Mfa(entry.mfa or entry.mfa_max_age is not None, entry.mfa_max_age)):
            return NEVER
    else:
        parts += _mfa(entry, "NumericLessThan" if strictly else "NumericLessThanEquals")
    if entry.regions is not None:
        home = global_region(service, partition)
        parts.append(test("StringEquals", "aws:RequestedRegion", *entry.regions, *([home] if home else [])))
    parts.append(from_where(entry))
    return every(parts)


def _mfa(entry: Requirement, operator: str) -> list[Term]:
    parts: list[Term] = []
    if entry.mfa:
        parts.append(test("Bool", "aws:MultiFactorAuthPresent", "true"))
    if entry.mfa_max_age is not None:
        parts.append(test(operator, "aws:MultiFactorAuthAge", str(entry.mfa_max_age)))
    return parts


def from_where(entry: Requirement) -> Term:
    """Where a call may come from: one of the alternatives of the entry, anywhere if it names none."""
    sources: list[Term] = []
    if entry.source_ips is not None:
        sources.append(test("IpAddress", "aws:SourceIp", *entry.source_ips))
    if entry.source_vpcs is not None:
        sources.append(test("StringEquals", "aws:SourceVpc", *entry.source_vpcs))
    if entry.source_vpc_endpoints is not None:
        sources.append(test("StringEquals", "aws:SourceVpce", *entry.source_vpc_endpoints))
    if sources and entry.via_aws_services:
        sources.append(test("Bool", "aws:ViaAWSService", "true"))
    return some(sources) if sources else ALWAYS
