"""No principal reaches what it is not granted by becoming a role, that role another, and so on.

What a session shows of its first step (a second factor, a source) is not followed: a later step may show anything.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from policycc.verify.intent import Holder
from policycc.verify.result import Counterexample
from policycc.verify.roles import Role, TrustFile, account_id, body
from policycc.verify.steps import ASSUME, PASS, Grant, Start, Step, Steps, is_session_of


@dataclass(slots=True)
class ChainProof:
    """All chains of roles that anybody can set out on."""

    starts: Sequence[Start]
    steps: Steps
    counterexamples: list[Counterexample] = field(default_factory=list)
    exceptions: set[str] = field(default_factory=set)

    def prove(self) -> None:
        of_role = {start.role.title: start for start in self.starts if start.role is not None}
        for start in self.starts:
            self._from(start, of_role)

    def _from(self, start: Start, of_role: Mapping[str, Start]) -> None:
        """Breadth first, so that the chain that is shown is a shortest one."""
        queue: deque[tuple[Start, tuple[str, ...]]] = deque([(start, ())])
        seen = {start.title}
        while queue:
            here, way = queue.popleft()
            for role in self.steps.candidates(here):
                if role.title in seen:
                    continue
                step = self.steps.step(here, role)
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
        if here is start and step.action in start.accepted and role.account.name == start.account:
            self.exceptions.add(f"{start.title}: {step.action} on {role.title}, an accepted escape")
            return
        more = sorted(
            {(place.name, action) for action, place in grants(role.holder) if (action, place) not in start.granted}
        )
        if not more:
            return
        environment, action = more[0]
        verb = "pass itself as" if step.action == PASS else "become"
        by = f" by way of {', '.join(one for one in way if one != start.title)}" if here is not start else ""
        trust = self.steps.trusts[role.title]
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


def _meant(start: Start, role: Role, action: str) -> bool:
    """Whether the matrix itself says that the step may be taken: people of an identity account and their own roles, a
    trust that names the very role, or the action granted in every environment of the role."""
    if action == ASSUME and start.kind == "group" and role.group.kind == "group":
        return start.group == role.group.name
    if start.role is not None and role.group.trust is not None:
        named = role.group.trust.principals
        if start.role.arn in named or any(is_session_of(text, start.role) for text in named):
            return action == ASSUME
    return all((action, place) in start.granted for place in role.holder.places)


def grants(holder: Holder) -> Iterator[Grant]:
    return ((action, place) for action, places in holder.grants.items() for place in places)


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
