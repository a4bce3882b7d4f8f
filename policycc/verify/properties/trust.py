"""A trust policy lets in whom the matrix names, under what it demands, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from policycc.catalogue.catalogue import Catalogue
from policycc.iam.evaluate import Evaluator, Policies
from policycc.iam.glob import action_glob
from policycc.iam.limits import quota
from policycc.iam.model import Policy, PolicyType
from policycc.iam.principals import Grip
from policycc.iam.reader import read_policy_value
from policycc.iam.request import RequestError, make_request
from policycc.verify.admissions import Admission
from policycc.verify.callers import Callers, UnknownPrincipalError, classes
from policycc.verify.requested import TRUST_ACTIONS, admitted, look, subject_for
from policycc.verify.result import Counterexample, Open
from policycc.verify.roles import Role, TrustFile, account_id, body
from policycc.verify.search import Undecided
from policycc.verify.strings import TooManyStatesError
from policycc.verify.terms import NEVER, Term, absent, every, negate, some, test

_MAY: Mapping[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}],
}
"""What a caller's own account may let it do: trust is about the role's side."""
_OWN = read_policy_value(dict(_MAY), PolicyType.IDENTITY).policy


@dataclass(slots=True)
class TrustProof:
    """The question for one role: what was found is in `counterexamples` and `open`."""

    catalogue: Catalogue
    role: Role
    trust: TrustFile
    intended: Sequence[Admission]
    accounts: Sequence[str]
    counterexamples: list[Counterexample] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)

    def prove(self) -> None:
        policy = self.trust.policy
        if policy is None:
            self._undecided(f"{self.trust.path} cannot be read as a trust policy")
            return
        elements = [statement.principal for statement in policy.statements if statement.principal is not None]
        elements += [admission.principals for admission in self.intended]
        try:
            found = classes(elements, self.accounts, self.role.matrix.partition)
        except UnknownPrincipalError as error:
            self._undecided(f"{self.trust.path}: {error}")
            return
        self._nobody_else(policy, found)
        for admission in self.intended:
            self._everybody_named(policy, found, admission)

    def _nobody_else(self, policy: Policy, found: Sequence[Callers]) -> None:
        for action in TRUST_ACTIONS:
            subject = subject_for(self.catalogue, action, self.role.arn, self.role.matrix.partition)
            for callers in found:
                allowed = admitted(policy, callers, action)
                if allowed == NEVER:
                    continue
                term = every((allowed, callers.shown, negate(self._intended(callers, action))))
                try:
                    answers = [context for _, context in look(subject, term)]
                except (Undecided, TooManyStatesError) as error:
                    self._undecided(f"{self.trust.path}: {callers.words} and {action}: {error}")
                    continue
                if answers and not any(self._show(policy, callers, action, context) for context in answers):
                    self._undecided(f"{self.trust.path}: it may admit {callers.words} by {action}")

    def _intended(self, callers: Callers, action: str) -> Term:
        return some(
            admission.demanded
            for admission in self.intended
            if admission.action == action and callers.grip(admission.principals) is not Grip.NONE
        )

    def _show(self, policy: Policy, callers: Callers, action: str, context: Mapping[str, Any]) -> bool:
        """Keeps the call that the search found, if the evaluator lets it through as well."""
        principal = callers.replayed(context)
        index = self._decides(policy, principal, action, context)
        if index is None:
            return False
        shows = ", ".join(f"{key}={value}" for key, value in sorted(context.items()) if key in _TELLING)
        sentence = (
            f"{callers.words} can become {self.role.title} by {action}{f' with {shows}' if shows else ''}: the matrix "
            f"admits no such call (allowed by {self.trust.path}, statement {index})"
        )
        self.counterexamples.append(self._example(sentence, principal, action, context, index))
        return True

    def _everybody_named(self, policy: Policy, found: Sequence[Callers], admission: Admission) -> None:
        """Calls that the matrix means to work: they show what is demanded and nothing else that is tested."""
        subject = subject_for(self.catalogue, admission.action, self.role.arn, self.role.matrix.partition)
        tested = {condition.key.lower() for statement in policy.statements for condition in statement.conditions}
        for callers in found:
            if callers.grip(admission.principals) is Grip.NONE:
                continue
            refused = negate(admitted(policy, callers, admission.action))
            for context in admission.canonical:
                shown = [test(_TESTED_BY.get(key, "StringEquals"), key, value) for key, value in context.items()]
                others = tested - {key.lower() for key in context} - _OF_CALLERS
                term = every((refused, callers.shown, *shown, *(absent(key) for key in sorted(others))))
                try:
                    answers = [shown for _, shown in look(subject, term)]
                except (Undecided, TooManyStatesError) as error:
                    self._undecided(f"{self.trust.path}: {callers.words} and {admission.action}: {error}")
                    continue
                if answers and not any(self._kept_out(policy, callers, admission, answer) for answer in answers):
                    self._undecided(f"{self.trust.path}: it may keep out {callers.words}")
                if answers:
                    return

    def _kept_out(self, policy: Policy, callers: Callers, admission: Admission, context: Mapping[str, Any]) -> bool:
        """Keeps the call that the search found, if the evaluator denies it as well."""
        principal = callers.replayed(context)
        if self._decides(policy, principal, admission.action, context) is not None:
            return False
        sentence = f"{callers.words} cannot become {self.role.title} by {admission.action} as the matrix wants it"
        self.counterexamples.append(self._example(sentence, principal, admission.action, context, None))
        return True

    def _decides(self, policy: Policy, principal: str, action: str, context: Mapping[str, Any]) -> int | None:
        """The statement by which the evaluator allows the call, or None."""
        assert _OWN is not None
        try:
            request = make_request(principal, action, self.role.arn, context, account_id(self.role.account))
        except RequestError:
            return None
        decision = Evaluator(Policies(identity=(_OWN,), resource=policy)).decide(request)
        if not decision.is_allowed:
            return None
        return next((ref.statement for ref in decision.statements if ref.kind is PolicyType.RESOURCE), 0)

    def _example(
        self, sentence: str, principal: str, action: str, context: Mapping[str, Any], statement: int | None
    ) -> Counterexample:
        environment = self.role.holder.environment
        return Counterexample(
            self.role.name,
            self.role.account.name,
            environment,
            action,
            sentence,
            resource=self.role.arn,
            context=tuple(
                (key, tuple(value) if isinstance(value, list) else value) for key, value in sorted(context.items())
            ),
            policy=self.trust.path,
            statement=statement,
            line=None if statement is None else self.trust.line(statement),
            request={
                "id": f"{self.role.name}/{action}",
                "principal": principal,
                "action": action,
                "resource": self.role.arn,
                "resourceAccount": account_id(self.role.account),
                "context": dict(context),
                "identityPolicies": [_MAY],
                "resourcePolicy": body(self.trust),
            },
        )

    def _undecided(self, reason: str) -> None:
        self.open.append(Open(self.role.name, None, reason))


_OF_CALLERS = frozenset({"aws:principalarn", "aws:principalaccount"})
_TESTED_BY = {
    "aws:MultiFactorAuthAge": "NumericEquals",
    "aws:SourceIp": "IpAddress",
}
"""Keys are compared with what has to work as policies compare them: a text and a number cannot be told to be one."""
_TELLING = frozenset({"aws:MultiFactorAuthPresent", "sts:ExternalId", "aws:SourceIp", "aws:PrincipalArn"})


def misfits(trust: TrustFile, overrides: Mapping[str, int]) -> Iterator[str]:
    """What AWS would refuse of a trust policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    for its size, and actions that assume no role."""
    yield from trust.errors
    room = overrides.get("trust_policy_size", quota("trust_policy_size").value)
    if trust.size > room:
        yield f"it has {trust.size} characters, and a trust policy may have {room}"
    for index, statement in enumerate(trust.policy.statements if trust.policy is not None else ()):
        for pattern in statement.actions or ():
            if not any(action_glob(pattern).matches(action.lower()) for action in TRUST_ACTIONS):
                yield f"statement {index} has `{pattern}`, which assumes no role"
