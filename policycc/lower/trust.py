"""Who may become a role: trust policies, and the other half in the identity account.

Where every environment of a role demands that calls come from some address or VPC, people assume it from there too; a
federated sign-in or a service may come from anywhere, and the role's own policies hold what it does then.

A trust policy is a resource policy and must allow explicitly, even in the same account
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). Multi-factor authentication
is tested here and not in the role's own policies: a role's session does not carry it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from policycc.diagnostics.model import Diagnostics
from policycc.iam.limits import quota, text_size
from policycc.iam.model import VERSION_2012, Condition
from policycc.ir.outcome import TrustDocument
from policycc.ir.statement import Principal, Statement
from policycc.lower.requirements import mfa_conditions, networks_of
from policycc.model.matrix import Matrix, Trust
from policycc.model.roles import Roles

_SIZE = "trust_policy_size"
GITHUB = "token.actions.githubusercontent.com"
GITHUB_AUDIENCE = "sts.amazonaws.com"
_Json = dict[str, Any]


def trusts(matrix: Matrix, principals: Iterable[Principal], roles: Roles) -> tuple[TrustDocument, ...]:
    """The trust policies of the roles among `principals`; a service or person named there may assume them."""
    found = []
    for principal in principals:
        if principal.kind == "role":
            statements = _statements(matrix, principal, roles)
            body = {"Version": VERSION_2012, "Statement": statements}
            room = dict(matrix.output.quotas).get(_SIZE, quota(_SIZE).value)
            found.append(TrustDocument(principal, body, room))
    return tuple(found)


def report_sizes(matrix: Matrix, documents: Iterable[TrustDocument], diagnostics: Diagnostics) -> None:
    """Says which trust policies are larger than AWS takes them, white space not counted."""
    for document in documents:
        size = text_size(json.dumps(document.body, ensure_ascii=False))
        group = matrix.group(document.principal.group)
        if size > document.quota:
            diagnostics.error(
                "PCC507",
                f"the trust policy of `{document.principal.name}` has {size} characters, and may have {document.quota}",
                *([group.span] if group.span else []),
                help="name fewer subjects or principals, or make it several groups; if AWS raised the quota, say so "
                f"in `[output]`: `quotas = {{ {_SIZE} = {quota(_SIZE).highest} }}`",
            )


def delegations(matrix: Matrix, principals: Iterable[Principal]) -> tuple[tuple[Principal, tuple[Statement, ...]], ...]:
    """For each group of people that reaches other accounts, its statement in the identity account: it may assume
    exactly its roles there."""
    hub = next((account for account in matrix.accounts if account.identity), None)
    roles: dict[str, list[str]] = {}
    for principal in principals:
        group = matrix.group(principal.group)
        if hub is not None and group.kind == "group" and principal.kind == "role":
            account = matrix.account(principal.account)
            arn = f"arn:{matrix.partition}:iam::{account.id}:role{group.path}{principal.name}"
            roles.setdefault(group.name, []).append(arn)
    if hub is None:
        return ()
    return tuple(
        (
            Principal(hub.name, name, "group", name, matrix.name),
            (Statement(("sts:AssumeRole",), tuple(sorted(arns)), (), _origins(matrix, name), frozenset({"role"})),),
        )
        for name, arns in sorted(roles.items())
    )


def _origins(matrix: Matrix, group: str) -> frozenset[str]:
    return frozenset(cell.origin for cell in matrix.cells if cell.group == group)


def _statements(matrix: Matrix, principal: Principal, roles: Roles) -> list[_Json]:
    group = matrix.group(principal.group)
    place = (group.name, principal.account, principal.environment)
    mfa = mfa_conditions(roles.guard(*place))
    ways = tuple((*mfa, *network) for network in networks_of(roles.sourced(*place)))
    if group.kind == "group":
        hub = next(account for account in matrix.accounts if account.identity)
        return [_assume({"AWS": f"arn:{matrix.partition}:iam::{hub.id}:root"}, way) for way in ways]
    trust = group.trust or Trust()
    return [*_people(matrix, trust, ways), *_federated(matrix, trust, principal), *_services(trust)]


def _environments(matrix: Matrix, principal: Principal) -> tuple[str, ...]:
    """The environments that the principal's role reaches."""
    if principal.environment is not None:
        return (principal.environment,)
    here = {environment.name for environment in matrix.environments if environment.account == principal.account}
    return tuple(sorted({c.environment for c in matrix.cells if c.group == principal.group} & here))


def _people(matrix: Matrix, trust: Trust, ways: tuple[tuple[Condition, ...], ...]) -> list[_Json]:
    arns = [f"arn:{matrix.partition}:iam::{matrix.account(name).id}:root" for name in trust.accounts]
    arns += trust.principals
    if not arns:
        return []
    external = (Condition("StringEquals", "sts:ExternalId", (trust.external_id,)),) if trust.external_id else ()
    return [_assume({"AWS": _one_or_many(sorted(arns))}, (*way, *external)) for way in ways]


def _federated(matrix: Matrix, trust: Trust, principal: Principal) -> list[_Json]:
    account = matrix.account(principal.account).id
    environments = _environments(matrix, principal)
    found = []
    if trust.github:
        subjects = [f"repo:{text}" for text in _subjects(trust.github, environments)]
        found.append(_web(matrix, account, GITHUB, GITHUB_AUDIENCE, subjects))
    if trust.oidc is not None:
        subjects = _subjects(trust.oidc.subjects, environments)
        found.append(_web(matrix, account, trust.oidc.provider, trust.oidc.audience, subjects))
    if trust.saml is not None:
        provider = f"arn:{matrix.partition}:iam::{account}:saml-provider/{trust.saml.provider}"
        audience = Condition("StringEquals", "SAML:aud", (trust.saml.audience,))
        found.append(_allow({"Federated": provider}, "sts:AssumeRoleWithSAML", (audience,)))
    return found


def _web(matrix: Matrix, account: str | None, provider: str, audience: str, subjects: list[str]) -> _Json:
    conditions = (
        Condition("StringEquals", f"{provider}:aud", (audience,)),
        Condition("StringEquals", f"{provider}:sub", tuple(subjects)),
    )
    arn = f"arn:{matrix.partition}:iam::{account}:oidc-provider/{provider}"
    return _allow({"Federated": arn}, "sts:AssumeRoleWithWebIdentity", conditions)


def _subjects(texts: Iterable[str], environments: tuple[str, ...]) -> list[str]:
    """The subjects, literal, with `{environment}` for each environment that the role reaches."""
    return sorted({text.replace("{environment}", environment) for text in texts for environment in environments})


def _services(trust: Trust) -> list[_Json]:
    return [_assume({"Service": _one_or_many(list(trust.services))}, ())] if trust.services else []


def _assume(principal: Mapping[str, Any], conditions: tuple[Condition, ...]) -> _Json:
    return _allow(principal, "sts:AssumeRole", conditions)


def _allow(principal: Mapping[str, Any], action: str, conditions: tuple[Condition, ...]) -> _Json:
    statement: _Json = {"Effect": "Allow", "Principal": dict(principal), "Action": action}
    block: dict[str, dict[str, Any]] = {}
    for condition in sorted(conditions):
        block.setdefault(condition.operator, {})[condition.key] = _one_or_many(list(condition.values))
    return {**statement, "Condition": block} if block else statement


def _one_or_many(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
