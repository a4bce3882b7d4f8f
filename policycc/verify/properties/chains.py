"""No principal reaches what it is not granted by becoming a role, that role another, and so on.

A step is there if the policies of the one who calls allow `sts:AssumeRole` on the role and its trust policy admits that
caller, for one call; or if its trust policy names a caller of the same account, who then needs no policy of its own
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). To pass a role to a service
that may become it counts as a step too. What a session shows of its first step (a second factor, a source) is not
followed: a later step may show anything.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.language import Any as AnyOf
from policycc.catalogue.language import of_glob
from policycc.catalogue.world import Place
from policycc.iam.evaluate import Evaluator, Policies
from policycc.iam.glob import glob
from policycc.iam.model import Policy, PolicyType
from policycc.iam.principals import Grip
from policycc.iam.request import CallerKind, RequestError, make_request
from policycc.verify.callers import Callers, members, one
from policycc.verify.documents import Clause, Document
from policycc.verify.intent import Holder
from policycc.verify.requested import admitted, look, names_action, subject_for, tests_of
from policycc.verify.result import Counterexample, Open
from policycc.verify.roles import Role, TrustFile, account_id, body
from policycc.verify.search import Undecided
from policycc.verify.strings import TooManyStatesError
from policycc.verify.terms import NEVER, Is, ResourceMatches, Term, every, negate, some

ASSUME = "sts:AssumeRole"
PASS = "iam:PassRole"
Grant = tuple[str, Place]


@dataclass(frozen=True, slots=True)
class Start:
    """Somebody who may set out: a principal with its policies, what it is granted, and its name for people."""

    title: str
    name: str
    kind: str
    group: str
    account: str
    account_id: str
    partition: str
    documents: tuple[Document, ...]
    granted: frozenset[Grant]
    role: Role | None = None
    accepted: frozenset[str] = frozenset()
    """Actions that somebody decided to live with although they defeat the boundary."""


@dataclass(frozen=True, slots=True)
class Step:
    """A call by which one becomes a role: who makes it, with which context, and by which statement."""

    action: str
    principal: str
    context: Mapping[str, Any]
    statement: int | None


@dataclass(slots=True)
class ChainProof:
    """All chains of roles. `trusts` are the trust policies by role title."""

    catalogue: Catalogue
    starts: Sequence[Start]
    roles: Sequence[Role]
    trusts: Mapping[str, TrustFile]
    counterexamples: list[Counterexample] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)
    exceptions: set[str] = field(default_factory=set)
    _steps: dict[tuple[str, str], Step | None] = field(default_factory=dict)
    _by_arn: dict[str, Role] = field(default_factory=dict)
    _speaking: dict[str, tuple[Clause, ...]] = field(default_factory=dict)

    def prove(self) -> None:
        self._by_arn = {role.arn: role for role in self.roles}
        of_role = {start.role.title: start for start in self.starts if start.role is not None}
        for start in self.starts:
            self._from(start, of_role)

    def _from(self, start: Start, of_role: Mapping[str, Start]) -> None:
        """Breadth first, so that the chain that is shown is a shortest one."""
        queue: deque[tuple[Start, tuple[str, ...]]] = deque([(start, ())])
        seen = {start.title}
        while queue:
            here, way = queue.popleft()
            for role in self._candidates(here):
                if role.title in seen:
                    continue
                step = self.step(here, role)
                if step is None:
                    continue
                seen.add(role.title)
                if not (way == () and _meant(start, role, step.action)):
                    self._judge(start, (*way, here.title) if way or here is not start else (), here, role, step)
                following = of_role.get(role.title)
                if following is not None:
                    queue.append((following, (*way, role.title)))

    def _judge(self, start: Start, way: tuple[str, ...], here: Start, role: Role, step: Step) -> None:
        """A chain that nobody asked for is harmless if it leads to nothing that is not granted anyhow."""
        if step.action in start.accepted and role.account.name == start.account:
            self.exceptions.add(f"{start.title}: {step.action} on {role.title}, an accepted escape")
            return
        more = sorted(
            {(place.name, action) for action, place in _grants(role.holder) if (action, place) not in start.granted}
        )
        if not more:
            return
        environment, action = more[0]
        verb = "pass itself as" if step.action == PASS else "become"
        by = f" by way of {', '.join(one for one in way if one != start.title)}" if here is not start else ""
        trust = self.trusts[role.title]
        sentence = (
            f"{start.title} can {verb} {role.title}{by}, and reaches {environment}, where it is not granted {action} "
            f"({role.path}{'' if step.statement is None else f', statement {step.statement}'})"
        )
        self.counterexamples.append(
            Counterexample(
                start.name,
                start.account,
                environment,
                step.action,
                sentence,
                resource=role.arn,
                context=tuple((key, value) for key, value in sorted(step.context.items()) if isinstance(value, str)),
                policy=role.path,
                statement=step.statement,
                line=None if step.statement is None else trust.line(step.statement),
                request=_line(here, role, step, trust),
            )
        )

    # -- steps ----------------------------------------------------------------------------------------------------

    def _candidates(self, here: Start) -> Iterator[Role]:
        """The roles that a step could lead to: those whose ARN a statement can name, and those whose trust policy
        could be enough."""
        wanted: dict[str, Role] = {}
        for clause in self.speaking(here):
            patterns = clause.resources.patterns if clause.resources is not None else ("*",)
            for pattern in patterns:
                if "*" in pattern or "?" in pattern or "$" in pattern:
                    wanted.update((role.title, role) for role in self.roles if _may_match(pattern, role.arn))
                elif pattern in self._by_arn:
                    wanted[self._by_arn[pattern].title] = self._by_arn[pattern]
        for role in self.roles:
            trust = self.trusts.get(role.title)
            if trust is not None and role.account.name == here.account and _direct(trust, here):
                wanted[role.title] = role
        yield from (wanted[title] for title in sorted(wanted))

    def speaking(self, here: Start) -> tuple[Clause, ...]:
        """The Allow statements of a principal that are about becoming or passing roles."""
        if here.title not in self._speaking:
            self._speaking[here.title] = tuple(
                clause
                for document in here.documents
                for clause, statement in zip(
                    document.clauses, document.policy.statements if document.policy else (), strict=True
                )
                if clause.allows and (names_action(statement, ASSUME) or names_action(statement, PASS))
            )
        return self._speaking[here.title]

    def step(self, here: Start, role: Role) -> Step | None:
        """A call by which `here` becomes the role, or None; what cannot be decided is kept, and taken for none."""
        key = (here.title, role.title)
        if key not in self._steps:
            self._steps[key] = self._search(here, role)
        return self._steps[key]

    def _search(self, here: Start, role: Role) -> Step | None:
        trust = self.trusts.get(role.title)
        if trust is None or trust.policy is None:
            return None
        if here.role is not None and here.role.title == role.title:
            return None
        for callers in _callers(here, trust.policy):
            for term, action in self._ways(here, role, trust.policy, callers):
                try:
                    found = look(subject_for(self.catalogue, action, role.arn, here.partition), term)
                except (Undecided, TooManyStatesError) as error:
                    self._undecided(here, role, str(error))
                    continue
                if found is None:
                    continue
                step = self._replayed(here, role, trust.policy, callers, action, found[1])
                if step is not None:
                    return step
                self._undecided(here, role, "a call may do it, and none was found")
        return None

    def _ways(self, here: Start, role: Role, policy: Policy, callers: Callers) -> Iterator[tuple[Term, str]]:
        """The calls that make the step, each way by itself."""
        own = role.account.name == here.account
        admits = admitted(policy, callers, ASSUME)
        if admits != NEVER:
            allowed, undenied = _identity(here.documents, ASSUME)
            yield every((allowed, undenied, admits, callers.shown)), ASSUME
            if own:
                direct = admitted(policy, callers, ASSUME, at_least=Grip.ROLE)
                yield every((direct, undenied, callers.shown)), ASSUME
        if own and _admits_a_service(policy):
            allowed, undenied = _identity(here.documents, PASS)
            yield every((allowed, undenied, callers.shown)), PASS

    def _replayed(
        self, here: Start, role: Role, policy: Policy, callers: Callers, action: str, context: Mapping[str, Any]
    ) -> Step | None:
        """The step, if the evaluator lets the call through as well."""
        principal = callers.replayed(context)
        identity = tuple(document.policy for document in here.documents if document.policy is not None)
        resource = policy if action == ASSUME else None
        try:
            request = make_request(principal, action, role.arn, context, account_id(role.account))
        except RequestError:
            return None
        decision = Evaluator(Policies(identity=identity, resource=resource)).decide(request)
        if not decision.is_allowed:
            return None
        statement = next((ref.statement for ref in decision.statements if ref.kind is PolicyType.RESOURCE), None)
        return Step(action, principal, context, statement)

    def _undecided(self, here: Start, role: Role, reason: str) -> None:
        self.open.append(Open(here.name, ASSUME, f"whether {here.title} can become {role.title}: {reason}"))

    # -- roles of others ------------------------------------------------------------------------------------------

    def strangers(self, here: Start, known: Sequence[str]) -> str | None:
        """An ARN of a role of another account, none of `known`, that the policies let `here` become; or None."""
        allowed, undenied = _identity(here.documents, ASSUME)
        if allowed == NEVER:
            return None
        prefix = of_glob(f"arn:{here.partition}:iam::")
        account = tuple(AnyOf(False, ":/") for _ in range(12))
        arns = (*prefix, *account, *of_glob(":role/?*"))
        outside = negate(
            Is(ResourceMatches((f"arn:{here.partition}:iam::{here.account_id}:*", *known), variables=False))
        )
        try:
            found = look(subject_for(self.catalogue, ASSUME, arns, here.partition), every((allowed, undenied, outside)))
        except (Undecided, TooManyStatesError) as error:
            self.open.append(Open(here.name, ASSUME, f"which roles of other accounts it can become: {error}"))
            return None
        return None if found is None else found[0].resource


def _meant(start: Start, role: Role, action: str) -> bool:
    """Whether the matrix itself says that the step may be taken: people of an identity account and their own roles, a
    trust that names the very role, or the action granted in every environment of the role."""
    if action == ASSUME and start.kind == "group" and role.group.kind == "group":
        return start.group == role.group.name
    if start.role is not None and role.group.trust is not None and start.role.arn in role.group.trust.principals:
        return action == ASSUME
    return all((action, place) in start.granted for place in role.holder.places)


def _grants(holder: Holder) -> Iterator[Grant]:
    return ((action, place) for action, places in holder.grants.items() for place in places)


def _callers(here: Start, policy: Policy) -> Iterator[Callers]:
    """Who a principal is to a trust policy."""
    if here.role is not None:
        yield one(here.role.arn)
        return
    if here.kind == "group":
        # Who is in a group is not known: those whom a trust policy names are its own business.
        yield members(here.account_id, here.partition, CallerKind.USER, "?*", _named(policy))
        return
    reserved = f"aws-reserved/sso.amazonaws.com/*AWSReservedSSO_{here.group}*"
    prefix = f"arn:{here.partition}:iam::{here.account_id}:role/"
    own = [text for text in _named(policy) if glob(prefix + reserved).matches(text)]
    yield from (one(text) for text in own)
    yield members(here.account_id, here.partition, CallerKind.ROLE, reserved, own)


def _named(policy: Policy) -> list[str]:
    return sorted(
        {
            text
            for statement in policy.statements
            if statement.principal is not None
            for kind, texts in statement.principal.names
            if kind == "AWS"
            for text in texts
            if text.startswith("arn:")
        }
    )


def _direct(trust: TrustFile, here: Start) -> bool:
    """Whether a trust policy could let the principal in without its own policies: it names it, or everybody."""
    if trust.policy is None:
        return False
    return any(
        callers.grip(statement.principal) >= Grip.ROLE
        for callers in _callers(here, trust.policy)
        for statement in trust.policy.statements
        if statement.principal is not None
    )


def _may_match(pattern: str, arn: str) -> bool:
    return "$" in pattern or glob(pattern).matches(arn)


def _identity(documents: Sequence[Document], action: str) -> tuple[Term, Term]:
    """What the Allows of a principal let through of an action, and what its Denys leave of it."""
    allows, left = list[Term](), list[Term]()
    for document in documents:
        statements = document.policy.statements if document.policy is not None else ()
        for clause, statement in zip(document.clauses, statements, strict=True):
            if not names_action(statement, action):
                continue
            if clause.allows:
                allows.append(clause.scope)
            else:
                left.append(negate(clause.scope))
    return some(allows), every(left)


def _admits_a_service(policy: Policy) -> bool:
    return any(
        statement.principal is not None
        and (statement.principal.everyone or any(kind == "Service" for kind, _ in statement.principal.names))
        and names_action(statement, ASSUME)
        and tests_of(statement, policy.has_variables) != NEVER
        for statement in policy.statements
    )


def _line(here: Start, role: Role, step: Step, trust: TrustFile) -> dict[str, Any]:
    return {
        "id": f"{here.title}/{role.title}",
        "principal": step.principal,
        "action": step.action,
        "resource": role.arn,
        "resourceAccount": account_id(role.account),
        "context": dict(step.context),
        "identityPolicies": [json.loads(document.text) for document in here.documents],
        "resourcePolicy": body(trust) if step.action == ASSUME else None,
    }
