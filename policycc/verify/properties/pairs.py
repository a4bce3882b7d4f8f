"""Calls that defeat the boundary only together: a role passed in one environment, to what is started in another.

AWS authorises a call that takes a role twice: as itself, and as iam:PassRole on the role
(https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html). Neither sees the other's resource. So
who may pass a role of one environment to a service, and may start something by that service in another, can start it
there with that role, although the call is not granted where the role belongs. A person may be in several groups and
holds the policies of all of them at once, so that each half may come from a group of its own; a role or a permission
set is one session at a time.

Each half is intended by itself and no condition ties them, so a pair is no refutation: the proof excepts it. Where the
call is granted in the role's own environment as well, the role is used as it is meant to be, and nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from policycc.catalogue import pins
from policycc.catalogue.facts import Part
from policycc.catalogue.holding import Verdict
from policycc.catalogue.world import Place
from policycc.diagnostics.wording import listed
from policycc.verify import marks
from policycc.verify.documents import Document
from policycc.verify.intent import Holder, Scene
from policycc.verify.requests import Subject
from policycc.verify.result import Open
from policycc.verify.search import Undecided, find
from policycc.verify.steps import PASS, of_identity
from policycc.verify.terms import ALWAYS, NEVER, Term, every, negate, test

_SHOWN = 3
"""Groups that one exception names."""
_TAKEN = frozenset({Part.INPUT, Part.SOURCE})
"""Parts of what a call only takes: it starts nothing there."""


@dataclass(slots=True)
class Pairs:
    """Looks for pairs among the principals of each account. `exceptions` say what was found, `open` what could not be
    decided."""

    scene: Scene
    owned: Mapping[tuple[str, str], Sequence[Document]]
    exceptions: set[str] = field(default_factory=set)
    open: list[Open] = field(default_factory=list)
    _said: dict[tuple[str, str, str], tuple[Term, Term]] = field(default_factory=dict)
    _answers: dict[tuple[str, str, str, str | None, Place], bool] = field(default_factory=dict)

    def look(self, holders: Sequence[Holder]) -> None:
        """Fill in `exceptions` and `open`."""
        by_account: dict[str, list[Holder]] = {}
        for holder in holders:
            by_account.setdefault(holder.account, []).append(holder)
        for own in by_account.values():
            passing = [holder for holder in own if self._identity(holder, PASS)[0] != NEVER]
            taking = self._taking(own) if passing else {}
            for place in self.scene.world.account_places(own[0].places[0]):
                for holder in passing:
                    if self._passes(holder, place, None):
                        self._from(holder, place, taking)

    def _taking(self, holders: Sequence[Holder]) -> dict[str, list[Holder]]:
        """The actions that take a role, with those to whom they are granted."""
        found: dict[str, list[Holder]] = {}
        for holder in holders:
            for action in holder.grants:
                facts = self.scene.facts(action)
                if facts.passes or facts.passes_elsewhere:
                    found.setdefault(action, []).append(holder)
        return found

    def _from(self, passing: Holder, place: Place, taking: Mapping[str, Sequence[Holder]]) -> None:
        """Except what can be started with a role of the environment, by the principal alone or by people who are in a
        second group, and is granted to none of the two there."""
        found: dict[tuple[str, ...], list[str]] = {}
        for action, granted in taking.items():
            others = [other for other in granted if place not in other.grants[action]]
            if place in passing.grants.get(action, ()) or not others:
                continue
            services = self.scene.facts(action).passes_in(place.partition)
            if not any(self._passes(passing, place, service) for service in services):
                continue
            if passing in others and self._starts(passing, action, place):
                found.setdefault((), []).append(action)
                continue
            second = [other for other in others if other is not passing and passing.kind == other.kind == "group"]
            names = tuple(other.name for other in second if self._starts(other, action, place))
            if names:
                found.setdefault(names, []).append(action)
        self.exceptions.update(_words(passing, names, place, actions) for names, actions in found.items())

    def _passes(self, holder: Holder, place: Place, service: str | None) -> bool:
        """Whether a role of the environment can be passed to the service, or to any if it is None."""
        key = (holder.account, holder.name, PASS, service, place)
        if key not in self._answers:
            to = ALWAYS if service is None else test("StringEquals", "iam:PassedToService", service)
            self._answers[key] = not self._excused(holder, PASS, place) and self._some(
                holder,
                (
                    (subject, every((marks.belongs(subject, place, False), to)))
                    for subject in self.scene.subjects(PASS, place)
                ),
            )
        return self._answers[key]

    def _starts(self, holder: Holder, action: str, place: Place) -> bool:
        """Whether the call can start something outside of the environment with a role of it."""
        key = (holder.account, holder.name, action, None, place)
        if key not in self._answers:
            facts = self.scene.facts(action)
            named = every(test("ArnLike", name, *pins.roles(place)) for name in pins.role_keys(facts))
            self._answers[key] = not all(
                self._excused(holder, action, other) for other in holder.grants[action]
            ) and self._some(
                holder,
                (
                    (subject, every((negate(marks.belongs(subject, place, False)), named)))
                    for subject in self.scene.subjects(action, place)
                    if subject.row is None or subject.row.part not in _TAKEN
                ),
            )
        return self._answers[key]

    def _excused(self, holder: Holder, action: str, place: Place) -> bool:
        """Whether nothing holds the action and somebody accepted it: then it reaches everything by itself."""
        if (action, place) not in holder.accepted_escapes:
            return False
        return self.scene.holding(holder, self.scene.facts(action), place).verdict is not Verdict.HELD

    def _identity(self, holder: Holder, action: str) -> tuple[Term, Term]:
        key = (holder.account, holder.name, action)
        if key not in self._said:
            self._said[key] = of_identity(self.owned[holder.account, holder.name], action)
        return self._said[key]

    def _some(self, holder: Holder, questions: Iterable[tuple[Subject, Term]]) -> bool:
        """Whether the principal's policies let some such call through; what cannot be decided is kept."""
        for subject, term in questions:
            allowed, undenied = self._identity(holder, subject.action)
            agreed = marks.agreement(subject, self.scene.world.account_places(holder.places[0]))
            try:
                if find(subject, every((allowed, undenied, agreed, term)), {}) is not None:
                    return True
            except Undecided as reason:
                self.open.append(Open(holder.name, subject.action, str(reason)))
        return False


def _words(passing: Holder, others: Sequence[str], place: Place, actions: Sequence[str]) -> str:
    more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    names = f"any of {', '.join(others[:_SHOWN])}{more}" if len(others) > 1 else "".join(others)
    who = f"{passing.name} and {names} together" if others else passing.name
    calls = listed(sorted(actions))
    return f"{passing.account}: {who} can call {calls} with a role of {place.name}, where that is not granted"
