"""The decision: whether AWS would allow a request under given policies.

- A matching Deny anywhere decides.
- Every ceiling must allow: each level of service control policies, the VPC endpoint's policy, the permissions boundary
  and the session policies. Resource control policies only deny. Service-linked roles are outside control policies, and
  callers that belong to no account are outside service control policies.
- In one account, identity or resource policy must allow. A resource policy that names the very user or session, or
  everybody, grants past boundary and session policies; one that names the role grants within them; one that names the
  account leaves the decision to the account's identity policies.
- Role trust policies and KMS key policies must allow themselves.
- Across accounts both sides must allow.
- The root user has everything in its account that no ceiling takes away.

A level of service control policies without a policy allows nothing: AWS attaches at least one everywhere.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and its pages on
single accounts and cross-account requests,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from policycc.iam.arn import parse_arn
from policycc.iam.compiled import Group, Rule, StatementRef
from policycc.iam.model import Policy, PolicyType
from policycc.iam.principals import Grip, grip
from policycc.iam.request import Caller, CallerKind, Request

_TRUST_ACTIONS = frozenset(
    {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:tagsession",
        "sts:setsourceidentity",
        "sts:setcontext",
    }
)


class Outcome(Enum):
    ALLOWED = "allowed"
    IMPLICITLY_DENIED = "implicitly-denied"
    EXPLICITLY_DENIED = "explicitly-denied"


@dataclass(frozen=True, slots=True)
class Policies:
    """Every policy that has a say. None is a policy that does not exist, and so takes nothing away.

    `identity` are all policies of the user and its groups, or of the role. Control policies are levels, root first."""

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] | None = None
    resource: Policy | None = None
    service_control: tuple[tuple[Policy, ...], ...] = ()
    resource_control: tuple[tuple[Policy, ...], ...] = ()
    vpc_endpoint: tuple[Policy, ...] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome, and the statements that decided it: the Denys, or every Allow that carried the request."""

    outcome: Outcome
    statements: tuple[StatementRef, ...]

    @property
    def is_allowed(self) -> bool:
        return self.outcome is Outcome.ALLOWED


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why a request is denied: the statement that came nearest to deciding otherwise (None if there is none), and what
    was missing, in words."""

    nearest: StatementRef | None
    missing: str


@dataclass(slots=True)
class _Side:
    """What one group of policies says to one resource of a request."""

    group: Group
    allows: list[StatementRef]
    grips: set[Grip]


class Evaluator:
    """Policies, compiled once for many requests. Not safe to share between threads."""

    def __init__(self, policies: Policies) -> None:
        """Raises OperatorError or TemplateError for policies that the reader would refuse."""
        self._identity = Group(PolicyType.IDENTITY, policies.identity)
        self._boundary = _group(PolicyType.BOUNDARY, policies.boundary)
        self._session = None if policies.session is None else Group(PolicyType.SESSION, policies.session)
        self._resource = _group(PolicyType.RESOURCE, policies.resource)
        self._vpc_endpoint = (
            None if policies.vpc_endpoint is None else Group(PolicyType.VPC_ENDPOINT, policies.vpc_endpoint)
        )
        self._service_control = tuple(
            Group(PolicyType.SCP, level, number) for number, level in enumerate(policies.service_control)
        )
        self._resource_control = tuple(
            Group(PolicyType.RCP, level, number) for number, level in enumerate(policies.resource_control)
        )

    def decide(self, request: Request) -> Decision:
        """Whether the request is allowed on all of its resources."""
        if len(request.resources) == 1:
            return self._decide(request, request.resources[0])[0]
        decisions = [self._decide(request, resource)[0] for resource in request.resources]
        for outcome in (Outcome.EXPLICITLY_DENIED, Outcome.IMPLICITLY_DENIED):
            found = [decision for decision in decisions if decision.outcome is outcome]
            if found:
                return found[0]
        statements = {ref: None for decision in decisions for ref in decision.statements}
        return Decision(Outcome.ALLOWED, tuple(statements))

    def explain(self, request: Request) -> Shortfall | None:
        """Why the request is denied, or None if it is allowed."""
        decision = self.decide(request)
        if decision.is_allowed:
            return None
        for resource in request.resources:
            found, lacking = self._decide(request, resource)
            if found.outcome is not decision.outcome:
                continue
            if found.outcome is Outcome.EXPLICITLY_DENIED:
                return Shortfall(found.statements[0], "nothing: a Deny applies")
            return self._shortfall(request, resource, lacking)
        raise AssertionError("one of the resources decided")

    def _decide(self, request: Request, resource: str) -> tuple[Decision, Group | str | None]:
        """The decision on one resource; for an implicit denial also the group of policies that did not allow it, or
        in words why none could."""
        caller, denies = request.caller, list[StatementRef]()
        ceilings: list[_Side] = []
        linked = caller.is_service_linked
        if caller.account is not None and not linked:
            ceilings += [self._ask(group, request, resource, denies) for group in self._service_control]
        if not linked:
            for group in self._resource_control:
                self._ask(group, request, resource, denies)
        if self._vpc_endpoint is not None:
            ceilings.append(self._ask(self._vpc_endpoint, request, resource, denies))
        boundary = self._optional(self._boundary, request, resource, denies)
        session = self._optional(self._session, request, resource, denies)
        identity = self._ask(self._identity, request, resource, denies)
        granted = self._optional(self._resource, request, resource, denies)
        if denies:
            return Decision(Outcome.EXPLICITLY_DENIED, tuple(denies)), None
        for side in ceilings:
            if not side.allows:
                return _IMPLICIT, side.group
        lacking = _permission(request, resource, identity, boundary, session, granted)
        if lacking is not None:
            return _IMPLICIT, lacking
        sides = [*ceilings, *(side for side in (boundary, session, identity, granted) if side is not None)]
        return Decision(Outcome.ALLOWED, tuple(ref for side in sides for ref in side.allows)), None

    def _optional(
        self, group: Group | None, request: Request, resource: str, denies: list[StatementRef]
    ) -> _Side | None:
        return None if group is None else self._ask(group, request, resource, denies)

    def _ask(self, group: Group, request: Request, resource: str, denies: list[StatementRef]) -> _Side:
        """What the group says; its Denys are added to `denies`."""
        side = _Side(group, [], set())
        for rule in group.rules_for(request.action):
            if not rule.applies(resource, request.context):
                continue
            if rule.statement.principal is None and rule.statement.not_principal is None:
                (side.allows if rule.allows else denies).append(rule.ref)
                continue
            held = self._grip(rule, request)
            if held is Grip.NONE:
                continue
            (side.allows if rule.allows else denies).append(rule.ref)
            if rule.allows:
                side.grips.add(held)
        return side

    def _grip(self, rule: Rule, request: Request) -> Grip:
        statement = rule.statement
        if statement.principal is not None:
            return grip(statement.principal, request.caller, request.context)
        assert statement.not_principal is not None
        if self._boundary is not None and not rule.allows:
            return Grip.ANYONE  # a Deny with NotPrincipal hits every caller that has a permissions boundary
        named = grip(statement.not_principal, request.caller, request.context)
        return Grip.ANYONE if named is Grip.NONE else Grip.NONE

    def _shortfall(self, request: Request, resource: str, lacking: Group | str | None) -> Shortfall:
        if not isinstance(lacking, Group):
            return Shortfall(None, str(lacking))
        best: tuple[int, Rule, list[str]] | None = None
        for rule in lacking.rules:
            if rule.allows:
                lacks = list(self._lacks(rule, request, resource))
                if best is None or len(lacks) < best[0]:
                    best = (len(lacks), rule, lacks)
        if best is None:
            return Shortfall(None, f"{_name(lacking)}: no statement allows anything")
        return Shortfall(best[1].ref, f"{_name(lacking)}: {'; '.join(best[2])}")

    def _lacks(self, rule: Rule, request: Request, resource: str) -> Iterator[str]:
        named = rule.statement.principal is not None or rule.statement.not_principal is not None
        held = self._grip(rule, request) if named else Grip.EXACT
        if held is Grip.NONE:
            yield f"principal {request.caller.text} is not named"
        yield from rule.lacks(request, resource)


_IMPLICIT = Decision(Outcome.IMPLICITLY_DENIED, ())


def evaluate(policies: Policies, request: Request) -> tuple[Decision, Shortfall | None]:
    """One decision with its reason. For many requests, keep an `Evaluator`."""
    evaluator = Evaluator(policies)
    return evaluator.decide(request), evaluator.explain(request)


def _group(kind: PolicyType, policy: Policy | None) -> Group | None:
    return None if policy is None else Group(kind, (policy,))


def _permission(
    request: Request,
    resource: str,
    identity: _Side,
    boundary: _Side | None,
    session: _Side | None,
    granted: _Side | None,
) -> Group | str | None:
    """None if identity, resource, boundary and session policies together allow; else which of them does not."""
    caller = request.caller
    grips = granted.grips if granted is not None else set()
    lacking_resource = "no resource policy names the caller" if granted is None else granted.group
    if caller.account is None:
        return None if grips else lacking_resource
    lacking = _own_side(caller, identity, boundary, session)
    if _account(request, resource) != caller.account:
        return lacking if lacking is not None else None if grips else lacking_resource
    limited = _limit(boundary, session)
    if not grips.isdisjoint((Grip.EXACT, Grip.ANYONE)) or (limited is None and Grip.ROLE in grips):
        return None
    if not _resource_policy_decides(request.action, resource):
        return lacking
    return lacking if Grip.ACCOUNT in grips else limited if grips else lacking_resource


def _own_side(caller: Caller, identity: _Side, boundary: _Side | None, session: _Side | None) -> Group | str | None:
    """None if the policies of the caller's own account allow; else which do not."""
    if caller.kind is CallerKind.FEDERATED_USER and session is None:
        return "a federated user has only what a session policy and the identity policies allow together"
    if not identity.allows and caller.kind is not CallerKind.ROOT:
        return identity.group
    return _limit(boundary, session)


def _limit(boundary: _Side | None, session: _Side | None) -> Group | None:
    for side in (boundary, session):
        if side is not None and not side.allows:
            return side.group
    return None


def _account(request: Request, resource: str) -> str | None:
    """Whose the resource is. An ARN without an account, as of a bucket, counts as the caller's own."""
    if request.resource_account is not None:
        return request.resource_account
    arn = parse_arn(resource)
    if arn is None or not arn.account.isdecimal():
        return request.caller.account
    return arn.account


def _resource_policy_decides(action: str, resource: str) -> bool:
    """Whether the resource is a role being assumed or a KMS key, whose own policy must always allow."""
    folded = action.lower()
    if folded in _TRUST_ACTIONS:
        return _is(resource, "iam", "role/")
    return folded.startswith("kms:") and _is(resource, "kms", "key/")


def is_trust_request(request: Request) -> bool:
    """Whether the resource policy that counts is a role's trust policy."""
    return request.action.lower() in _TRUST_ACTIONS and all(_is(one, "iam", "role/") for one in request.resources)


def _is(resource: str, service: str, prefix: str) -> bool:
    arn = parse_arn(resource)
    return arn is not None and arn.service == service and arn.resource.startswith(prefix)


def _name(group: Group) -> str:
    name = {
        PolicyType.IDENTITY: "identity policies",
        PolicyType.BOUNDARY: "permissions boundary",
        PolicyType.SESSION: "session policies",
        PolicyType.RESOURCE: "resource policy",
        PolicyType.VPC_ENDPOINT: "VPC endpoint policy",
        PolicyType.SCP: "service control policies",
    }[group.kind]
    return name if group.level is None else f"{name} of level {group.level}"
