"""The single steps by which a principal becomes a role.

A step is there if the policies of the one who calls allow `sts:AssumeRole` on the role and its trust policy admits that
caller, for one call; or if its trust policy names a caller of the same account, who then needs no policy of its own
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). To pass a role to a service
that may become it counts as a step too.
"""

from __future__ import annotations

import json
import re
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
from policycc.iam.simulate import Simulator
from policycc.verify.callers import Callers, members, one
from policycc.verify.documents import Clause, Document
from policycc.verify.requested import admitted, look, names_action, subject_for, tests_of
from policycc.verify.result import Counterexample, Open
from policycc.verify.roles import Role, TrustFile, account_id
from policycc.verify.search import Undecided
from policycc.verify.strings import TooManyStatesError
from policycc.verify.terms import NEVER, Is, ResourceMatches, Term, every, negate, some

ASSUME = "sts:AssumeRole"
PASS = "iam:PassRole"
EVERYBODY = "*"
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
class Steps:
    """Every step, searched for once. `trusts` are the trust policies by role title; `open` is what could not be
    decided, and is taken for no step."""

    catalogue: Catalogue
    roles: Sequence[Role]
    trusts: Mapping[str, TrustFile]
    open: list[Open] = field(default_factory=list)
    undecided: set[tuple[str, str]] = field(default_factory=set)
    """The steps that could not be decided, by the titles of who would take them and of the role."""
    _steps: dict[tuple[str, str], Step | None] = field(default_factory=dict)
    _by_arn: dict[str, Role] = field(init=False)
    _naming: dict[tuple[str, str], list[Role]] = field(default_factory=dict)
    """The roles whose trust policies name a principal of their own account, by account and name; `*` for everybody."""
    _speaking: dict[str, tuple[Clause, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_arn = {role.arn: role for role in self.roles}
        for role in self.roles:
            trust = self.trusts.get(role.title)
            for text in _named(trust.policy) if trust is not None and trust.policy is not None else ():
                self._naming.setdefault((role.account.name, text), []).append(role)

    def candidates(self, here: Start) -> Iterator[Role]:
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
        for (account, text), naming in self._naming.items() if here.kind != "group" else ():
            if account == here.account and text != EVERYBODY and _is(here, text):
                wanted.update((role.title, role) for role in naming)
        wanted.update((role.title, role) for role in self._naming.get((here.account, EVERYBODY), ()))
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
                    found = list(look(subject_for(self.catalogue, action, role.arn, here.partition), term))
                except (Undecided, TooManyStatesError) as error:
                    self._undecided(here, role, str(error))
                    continue
                for _, context in found:
                    step = self._replayed(here, role, trust.policy, callers, action, context)
                    if step is not None:
                        return step
                if found:
                    self._undecided(here, role, "a call may do it, and none was found")
        return None

    def _ways(self, here: Start, role: Role, policy: Policy, callers: Callers) -> Iterator[tuple[Term, str]]:
        """The calls that make the step, each way by itself."""
        own = role.account.name == here.account
        admits = admitted(policy, callers, ASSUME)
        if admits != NEVER:
            allowed, undenied = of_identity(here.documents, ASSUME)
            yield every((allowed, undenied, admits, callers.shown)), ASSUME
            if own:
                direct = admitted(policy, callers, ASSUME, at_least=Grip.ROLE)
                yield every((direct, undenied, callers.shown)), ASSUME
        if own and _admits_a_service(policy):
            allowed, undenied = of_identity(here.documents, PASS)
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
        self.undecided.add((here.title, role.title))
        self.open.append(Open(here.name, ASSUME, f"whether {here.title} can become {role.title}: {reason}"))

    def strangers(self, here: Start, known: Sequence[str]) -> Counterexample | None:
        """A role of another account, none of `known`, that the policies let `here` become if it admits them; or None.

        The request carries a trust policy that admits the account, as those of strangers may."""
        allowed, undenied = of_identity(here.documents, ASSUME)
        if allowed == NEVER:
            return None
        prefix = of_glob(f"arn:{here.partition}:iam::")
        account = tuple(AnyOf(False, ":/") for _ in range(12))
        arns = (*prefix, *account, *of_glob(":role/?*"))
        outside = negate(
            Is(ResourceMatches((f"arn:{here.partition}:iam::{here.account_id}:*", *known), variables=False))
        )
        try:
            subject = subject_for(self.catalogue, ASSUME, arns, here.partition)
            found = next(look(subject, every((allowed, undenied, outside))), None)
        except (Undecided, TooManyStatesError) as error:
            self.open.append(Open(here.name, ASSUME, f"which roles of other accounts it can become: {error}"))
            return None
        return None if found is None else self._foreign(here, _with_digits(found[0].resource), found[1])

    def _foreign(self, here: Start, arn: str, context: Mapping[str, Any]) -> Counterexample | None:
        """The call, if the evaluator lets it through as well."""
        root = {"AWS": f"arn:{here.partition}:iam::{here.account_id}:root"}
        trusting = {"Effect": "Allow", "Principal": root, "Action": ASSUME}
        open_trust = {"Version": "2012-10-17", "Statement": [trusting]}
        callers = next(_callers(here, Policy(())))
        line = {
            "id": f"{here.title}/{ASSUME}",
            "principal": callers.replayed(context),
            "action": ASSUME,
            "resource": arn,
            "resourceAccount": arn.split(":")[4],
            "context": dict(context),
            "identityPolicies": [json.loads(document.text) for document in here.documents],
            "resourcePolicy": open_trust,
        }
        answer = Simulator().answer_value(line)
        if answer.get("decision") != "allowed":
            self.open.append(Open(here.name, ASSUME, f"it may become {arn}, and no call was found"))
            return None
        at = next((one for one in answer["statements"] if one["kind"] == "identity"), None)
        document = here.documents[at["policy"]] if at is not None else None
        where = f" (allowed by {document.path}, statement {at['statement']})" if document is not None and at else ""
        return Counterexample(
            here.name,
            here.account,
            None,
            ASSUME,
            f"{here.title} can call {ASSUME} on {arn} of another account, which nothing in the matrix intends{where}",
            resource=arn,
            policy=document.path if document is not None else None,
            statement=at["statement"] if at is not None else None,
            line=document.line(at["statement"]) if document is not None and at is not None else None,
            request=line,
        )


def _with_digits(arn: str) -> str:
    """The ARN with digits for an account, which a search takes to be any text."""
    head, account, rest = arn.split(":")[:4], arn.split(":")[4], arn.split(":", 5)[5]
    return ":".join((*head, re.sub(r"[^0-9]", "4", account), rest))


def _callers(here: Start, policy: Policy) -> Iterator[Callers]:
    """Who a principal is to a trust policy."""
    if here.role is not None:
        yield one(here.role.arn)
        # A trust policy may name a single session of the role, by the name that whoever begins it chooses.
        yield from (one(text) for text in _named(policy) if is_session_of(text, here.role))
        return
    if here.kind == "group":
        # Who is in a group is not known: those whom a trust policy names are its own business.
        yield members(here.account_id, here.partition, CallerKind.USER, "?*", _named(policy))
        return
    own = [text for text in _named(policy) if glob(_reserved(here)).matches(text)]
    yield from (one(text) for text in own)
    pattern = _reserved(here).partition(":role/")[2]
    yield members(here.account_id, here.partition, CallerKind.ROLE, pattern, own)


def _reserved(here: Start) -> str:
    """The ARNs of the roles that IAM Identity Center makes of a permission set."""
    role = f"aws-reserved/sso.amazonaws.com/*AWSReservedSSO_{here.group}*"
    return f"arn:{here.partition}:iam::{here.account_id}:role/{role}"


def is_session_of(principal: str, role: Role) -> bool:
    """Whether the ARN of a principal is that of a session of the role."""
    prefix = f"arn:{role.matrix.partition}:sts::{account_id(role.account)}:assumed-role/{role.name}/"
    return principal.startswith(prefix)


def _named(policy: Policy) -> list[str]:
    """The ARNs that a trust policy names, and `*` if it names everybody."""
    elements = [statement.principal for statement in policy.statements if statement.principal is not None]
    named = {text for element in elements for kind, texts in element.names if kind == "AWS" for text in texts}
    everybody = {EVERYBODY} if any(element.everyone for element in elements) else set()
    return sorted({text for text in named if text.startswith("arn:") or text == EVERYBODY} | everybody)


def _is(here: Start, principal: str) -> bool:
    """Whether the ARN of a principal is that of a role or permission set, or of one of its sessions."""
    if here.role is not None:
        return principal == here.role.arn or is_session_of(principal, here.role)
    return glob(_reserved(here)).matches(principal)


def _may_match(pattern: str, arn: str) -> bool:
    return "$" in pattern or glob(pattern).matches(arn)


def of_identity(documents: Sequence[Document], action: str) -> tuple[Term, Term]:
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
