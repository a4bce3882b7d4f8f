"""Whether what `[[require]]` demands of a cell can be met, and whether AWS can see it."""

from __future__ import annotations

from collections.abc import Iterable

from policycc.diagnostics.model import Diagnostics, Label
from policycc.diagnostics.wording import listed, quoted
from policycc.model.matrix import Group, Matrix, Requirement

_SOURCES = ("source_ips", "source_vpcs", "source_vpc_endpoints")


def check(matrix: Matrix, diagnostics: Diagnostics) -> None:
    """Reports requirements that no request can meet."""
    if matrix.requires:
        _mfa(matrix, diagnostics)
        _conjunctions(matrix, diagnostics)


def _mfa(matrix: Matrix, diagnostics: Diagnostics) -> None:
    for requirement in matrix.requires:
        if not requirement.mfa:
            continue
        for group in (matrix.group(name) for name in requirement.groups):
            where = _where_mfa_belongs(group)
            if where is None:
                continue
            reason, help = where
            labels = [Label(span) for span in (requirement.span, group.span) if span]
            diagnostics.error("PCC226", f"MFA cannot be required of {quoted(group.name)}: {reason}", *labels, help=help)


def _where_mfa_belongs(group: Group) -> tuple[str, str] | None:
    """Why AWS does not see the second factor of a principal's sessions, and where to require it instead.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html"""
    listing = "name the `groups` that this requirement is about, without it"
    if group.kind == "permission-set":
        return "it is a permission set", f"require it in IAM Identity Center's sign-in settings; {listing}"
    trust = group.trust
    if group.kind != "role" or trust is None:
        return None
    if trust.github or trust.oidc or trust.saml:
        return "it is a federated role", f"require it at the identity provider; {listing}"
    if trust.services:
        return "AWS services become it, and have no second factor", listing
    return None


def _conjunctions(matrix: Matrix, diagnostics: Diagnostics) -> None:
    said: set[tuple[str, tuple[Requirement, ...]]] = set()
    for group, environment in sorted({(cell.group, cell.environment) for cell in matrix.cells}):
        together = tuple(
            entry for entry in matrix.requires if group in entry.groups and environment in entry.environments
        )
        for what, culprits in _unmet(together):
            if (what, culprits) not in said:
                said.add((what, culprits))
                diagnostics.error(
                    "PCC227",
                    f"no request of {quoted(group)} in {quoted(environment)} can meet all requirements: {what}",
                    *(Label(entry.span) for entry in culprits if entry.span),
                    help="say with `groups` and `environments` which of them is meant where",
                )


def _unmet(entries: tuple[Requirement, ...]) -> Iterable[tuple[str, tuple[Requirement, ...]]]:
    regional = [entry for entry in entries if entry.regions is not None]
    if len(regional) > 1 and not set.intersection(*(set(entry.regions or ()) for entry in regional)):
        yield (
            f"no region is in all lists ({listed(sorted({r for e in regional for r in e.regions or ()}))})",
            tuple(regional),
        )
    sourced = [entry for entry in entries if any(getattr(entry, key) is not None for key in _SOURCES)]
    if len(sourced) > 1 and not _common_source(sourced):
        yield "no source is in all of them", tuple(sourced)


def _common_source(entries: list[Requirement]) -> bool:
    """Whether one call can come from a place that every entry admits.

    An address and a VPC exclude one another, as AWS leaves `aws:SourceIp` out where a call comes through an endpoint;
    a VPC and an endpoint do not, nor does either a call that a service makes onward."""
    entries = [entry for entry in entries if not entry.via_aws_services]
    if all(entry.source_ips for entry in entries) and _addresses(entries):
        return True
    for vpc in {None, *(vpc for entry in entries for vpc in entry.source_vpcs or ())}:
        rest = [set(entry.source_vpc_endpoints or ()) for entry in entries if vpc not in (entry.source_vpcs or ())]
        if not rest or set.intersection(*rest):
            return True
    return False


def _addresses(entries: list[Requirement]) -> bool:
    from ipaddress import ip_network

    if not entries:
        return True
    common = [ip_network(text) for text in entries[0].source_ips or ()]
    for entry in entries[1:]:
        others = [ip_network(text) for text in entry.source_ips or ()]
        common = [
            max(one, other, key=lambda network: network.prefixlen)
            for one in common
            for other in others
            if one.version == other.version and one.overlaps(other)
        ]
    return bool(common)
