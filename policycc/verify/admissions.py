"""Who may become a role, as the matrix says it: `groups.*.trust`, the identity account, and `[[require]]`.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_saml.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from policycc.iam.model import Principals
from policycc.model.matrix import Requirement, Trust
from policycc.model.roles import Mfa, Roles
from policycc.verify.requires import from_where
from policycc.verify.roles import Role, account_id
from policycc.verify.terms import Term, every, some, test

ASSUME = "sts:AssumeRole"
_SAML = "sts:AssumeRoleWithSAML"
_WEB = "sts:AssumeRoleWithWebIdentity"
_GITHUB = "token.actions.githubusercontent.com"
_GITHUB_AUDIENCE = "sts.amazonaws.com"
Context = dict[str, str]


@dataclass(frozen=True, slots=True)
class Admission:
    """Principals who may become a role by one action, what is demanded of their call, and calls that must work:
    `canonical` are the contexts of one for each value that is pinned."""

    principals: Principals
    action: str
    demanded: Term
    canonical: tuple[Context, ...]


def admissions(role: Role, roles: Roles) -> tuple[Admission, ...]:
    """Everything that the matrix says of who may become the role."""
    return tuple(_admissions(role, roles))


def _admissions(role: Role, roles: Roles) -> Iterator[Admission]:
    matrix, holder = role.matrix, role.holder
    place = (holder.group, holder.account, holder.environment)
    guard, sources = roles.guard(*place), roles.sourced(*place)
    trust = role.group.trust or Trust()
    if role.group.kind == "group":
        hub = next(account for account in matrix.accounts if account.identity)
        yield _people([f"arn:{matrix.partition}:iam::{account_id(hub)}:root"], guard, sources, None)
        return
    named = [f"arn:{matrix.partition}:iam::{account_id(matrix.account(name))}:root" for name in trust.accounts]
    named += trust.principals
    if named:
        yield _people(named, guard, sources, trust.external_id)
    if trust.github:
        subjects = [f"repo:{text}" for text in trust.github]
        yield _web(role, _GITHUB, _GITHUB_AUDIENCE, subjects)
    if trust.oidc is not None:
        yield _web(role, trust.oidc.provider, trust.oidc.audience, trust.oidc.subjects)
    if trust.saml is not None:
        provider = f"arn:{matrix.partition}:iam::{account_id(role.account)}:saml-provider/{trust.saml.provider}"
        audience = trust.saml.audience
        yield Admission(
            _federated(provider), _SAML, test("StringEquals", "saml:aud", audience), ({"saml:aud": audience},)
        )
    if trust.services:
        yield Admission(Principals(False, (("Service", trust.services),)), ASSUME, every(()), ({},))


def _federated(provider: str) -> Principals:
    return Principals(False, (("Federated", (provider,)),))


def _people(named: Iterable[str], guard: Mfa, sources: tuple[Requirement, ...], external_id: str | None) -> Admission:
    demanded: list[Term] = [from_where(source) for source in sources]
    base: Context = {}
    if guard.needed:
        demanded.append(test("Bool", "aws:MultiFactorAuthPresent", "true"))
        base["aws:MultiFactorAuthPresent"] = "true"
    ages: list[Context] = [{}]
    if guard.age is not None:
        demanded.append(test("NumericLessThanEquals", "aws:MultiFactorAuthAge", str(guard.age)))
        # The very last second may count as too old.
        ages = [{"aws:MultiFactorAuthAge": text} for text in ("0", str(guard.age - 1))]
    if external_id is not None:
        demanded.append(test("StringEquals", "sts:ExternalId", external_id))
        base["sts:ExternalId"] = external_id
    contexts = tuple({**base, **age, **place} for age in ages for place in _places(sources))
    return Admission(Principals(False, (("AWS", tuple(sorted(named))),)), ASSUME, every(demanded), contexts)


def _places(sources: tuple[Requirement, ...]) -> list[Context]:
    """Where calls that must work come from: both ends of every range, every VPC and endpoint that is named, as far as
    they meet all the demands at once."""
    found: dict[str, Context] = {} if sources else {"": {}}
    vpcs = [{"aws:SourceVpc": text} for source in sources for text in source.source_vpcs or ()]
    endpoints = [{"aws:SourceVpce": text} for source in sources for text in source.source_vpc_endpoints or ()]
    ranges = [ip_network(text) for source in sources for text in source.source_ips or ()]
    ips = [{"aws:SourceIp": str(address)} for one in ranges for address in (one[0], one[-1])]
    both = [{**vpc, **endpoint} for vpc in vpcs for endpoint in endpoints] if len(sources) > 1 else []
    for place in (*ips, *vpcs, *endpoints, *both):
        if all(_met(source, place) for source in sources):
            found[repr(place)] = place
    return list(found.values())


def _met(source: Requirement, place: Context) -> bool:
    address = place.get("aws:SourceIp")
    if address is not None and any(ip_address(address) in ip_network(text) for text in source.source_ips or ()):
        return True
    in_vpc = place.get("aws:SourceVpc") in (source.source_vpcs or ())
    return in_vpc or place.get("aws:SourceVpce") in (source.source_vpc_endpoints or ())


def _web(role: Role, provider: str, audience: str, subjects: Iterable[str]) -> Admission:
    """A token of an OpenID Connect provider, its audience and its subject pinned."""
    arn = f"arn:{role.matrix.partition}:iam::{account_id(role.account)}:oidc-provider/{provider}"
    environments = sorted({place.name for place in role.holder.places})
    found = sorted({text.replace("{environment}", environment) for text in subjects for environment in environments})
    demanded = every(
        (
            test("StringEquals", f"{provider}:aud", audience),
            some(test("StringEquals", f"{provider}:sub", subject) for subject in found),
        )
    )
    contexts = tuple({f"{provider}:aud": audience, f"{provider}:sub": subject} for subject in found)
    return Admission(_federated(arn), _WEB, demanded, contexts)
