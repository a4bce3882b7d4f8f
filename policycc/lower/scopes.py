"""Which accounts are in an audit scope, who reaches them, and by what way: what an auditor asks first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from policycc.catalogue.world import World
from policycc.ir.outcome import Scope, ScopeReach
from policycc.ir.statement import Principal
from policycc.model.matrix import Group, Matrix, Requirement, Trust
from policycc.model.roles import Roles


def scopes(
    matrices: Sequence[Matrix], principals: Iterable[Principal], world: World, roles: Roles
) -> tuple[Scope, ...]:
    """Every audit scope, by name. All environments of an account have the same scopes, so that whoever holds policies
    in the account reaches the scope. `principals` are those that hold any."""
    environments: dict[str, set[str]] = {}
    accounts: dict[str, set[str]] = {}
    for place in world.places:
        for name in place.environment.scopes:
            environments.setdefault(name, set()).add(world.label(place))
            accounts.setdefault(name, set()).add(place.account.name)
    by_name = {matrix.name: matrix for matrix in matrices}
    holding = sorted({(p.account, p.name): p for p in sorted(principals, reverse=True)}.items())
    return tuple(
        Scope(
            name,
            tuple(sorted(accounts[name])),
            tuple(sorted(found)),
            tuple(
                ScopeReach(p.group, p.name, p.account, tuple(_ways(by_name[p.matrix], p, roles)))
                for _, p in holding
                if p.account in accounts[name]
            ),
        )
        for name, found in sorted(environments.items())
    )


def _ways(matrix: Matrix, principal: Principal, roles: Roles) -> Iterator[str]:
    group = matrix.group(principal.group)
    if principal.kind == "permission-set":
        yield "IAM Identity Center"
    elif principal.kind == "group":
        yield f"users of the account {principal.account}"
    else:
        yield from _of_role(matrix, group, principal, roles)


def _of_role(matrix: Matrix, group: Group, principal: Principal, roles: Roles) -> Iterator[str]:
    place = (group.name, principal.account, principal.environment)
    mfa = roles.guard(*place)
    under = [f"with MFA at most {mfa.age} s old" if mfa.age is not None else "with MFA"] if mfa.needed else []
    under += [f"from {' or '.join(_source(source))}" for source in roles.sourced(*place)]
    if group.kind == "group":
        hub = next(account.name for account in matrix.accounts if account.identity)
        yield _with(f"the group {group.name} of the account {hub}", under)
        return
    trust = group.trust or Trust()
    external = [*under, "with its external id"] if trust.external_id is not None else under
    yield from (_with(f"the account {name}", external) for name in trust.accounts)
    yield from (_with(arn, external) for arn in trust.principals)
    yield from (f"GitHub {_filled(text, principal)}" for text in trust.github)
    if trust.oidc is not None:
        yield from (f"{trust.oidc.provider} {_filled(text, principal)}" for text in trust.oidc.subjects)
    if trust.saml is not None:
        yield f"SAML {trust.saml.provider}"
    yield from trust.services


def _filled(text: str, principal: Principal) -> str:
    return text if principal.environment is None else text.replace("{environment}", principal.environment)


def _source(source: Requirement) -> Iterator[str]:
    for found in (source.source_ips, source.source_vpcs, source.source_vpc_endpoints):
        yield from found or ()


def _with(who: str, under: list[str]) -> str:
    return ", ".join((who, *under))
