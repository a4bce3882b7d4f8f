"""Puts a counterexample to the evaluator before anybody is shown it, and says it in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policycc.iam.evaluate import Evaluator, Policies
from policycc.iam.model import Policy, PolicyType
from policycc.iam.reader import read_policy_value
from policycc.iam.request import RequestError, make_request
from policycc.verify.documents import Document
from policycc.verify.intent import Holder
from policycc.verify.requests import Subject
from policycc.verify.result import Counterexample
from policycc.verify.search import Witness

_ACCOUNT = "123456789012"


@dataclass(slots=True)
class Replayer:
    """The evaluator with a principal's policies, compiled when first needed."""

    holder: Holder
    documents: Sequence[Document]
    _evaluators: dict[str, Evaluator] | None = None

    def show(
        self, subject: Subject, witness: Witness, environment: str | None, breach: str, *, allowed: bool
    ) -> Counterexample | None:
        """The counterexample, if the evaluator agrees that the request is allowed (or is not); else None."""
        line = self.line(subject, witness)
        resource_policy = line["resourcePolicy"]
        try:
            request = make_request(
                line["principal"], line["action"], line["resource"], line["context"], line["resourceAccount"]
            )
        except RequestError:
            return None
        decision = self._evaluator(resource_policy).decide(request)
        if decision.is_allowed is not allowed:
            return None
        document, statement = self._blame(decision.statements)
        where = f"{document.path}, statement {statement}" if document is not None and statement is not None else ""
        return Counterexample(
            principal=self.holder.name,
            account=self.holder.account,
            environment=environment,
            action=subject.action,
            sentence=_sentence(self.holder, subject, witness, breach, where, allowed=allowed),
            resource=witness.resource,
            tags=witness.tags,
            context=witness.context,
            policy=document.path if document is not None else None,
            statement=statement,
            line=document.line(statement) if document is not None and statement is not None else None,
            request=line,
        )

    def line(self, subject: Subject, witness: Witness) -> dict[str, Any]:
        """The request as `simulate` reads it."""
        account = self._account()
        return {
            "id": f"{self.holder.name}/{subject.action}",
            "principal": _caller(self.holder, self._partition(), account),
            "action": subject.action,
            "resource": witness.resource,
            "resourceAccount": account,
            "context": {key: list(value) if isinstance(value, tuple) else value for key, value in witness.context},
            "identityPolicies": [json.loads(document.text) for document in self.documents],
            "resourcePolicy": _delegation(subject, account, self._partition()),
        }

    def _account(self) -> str:
        return next((place.account.id for place in self.holder.places if place.account.id), _ACCOUNT)

    def _partition(self) -> str:
        return self.holder.places[0].partition

    def _evaluator(self, resource_policy: Mapping[str, Any] | None) -> Evaluator:
        if self._evaluators is None:
            self._evaluators = {}
        key = json.dumps(resource_policy)
        if key not in self._evaluators:
            identity = tuple(document.policy for document in self.documents if document.policy is not None)
            policies = Policies(identity=identity, resource=_policy(resource_policy))
            self._evaluators[key] = Evaluator(policies)
        return self._evaluators[key]

    def _blame(self, statements: Sequence[Any]) -> tuple[Document | None, int | None]:
        """The first identity statement that decided."""
        readable = [document for document in self.documents if document.policy is not None]
        for ref in statements:
            if ref.kind is PolicyType.IDENTITY:
                return readable[ref.policy], ref.statement
        return (readable[0] if readable else None), None


def _policy(value: Mapping[str, Any] | None) -> Policy | None:
    return None if value is None else read_policy_value(dict(value), PolicyType.RESOURCE).policy


def _caller(holder: Holder, partition: str, account: str) -> str:
    if holder.kind == "group":
        return f"arn:{partition}:iam::{account}:user/somebody"
    return f"arn:{partition}:sts::{account}:assumed-role/{holder.name}/somebody"


def _delegation(subject: Subject, account: str, partition: str) -> dict[str, Any] | None:
    """Keys and roles must allow by their own policy too: the proof assumes one that leaves it to the account."""
    service = subject.facts.action.service
    if service not in ("kms", "sts"):
        return None
    root = {"AWS": f"arn:{partition}:iam::{account}:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": f"{service}:*"}
    if service == "kms":
        statement["Resource"] = "*"  # which a trust policy may not have
    return {"Version": "2012-10-17", "Statement": [statement]}


def _sentence(holder: Holder, subject: Subject, witness: Witness, breach: str, where: str, *, allowed: bool) -> str:
    tags = ", ".join(f"{key}={value}" for key, value in witness.tags)
    on = f" on {witness.resource}" if witness.resource != "*" else ""
    tagged = f" tagged {tags}" if tags else ""
    can = "can" if allowed else "cannot"
    because = f" (allowed by {where})" if allowed and where else ""
    return f"{holder.name} {can} call {subject.action}{on}{tagged}: {breach}{because}"
