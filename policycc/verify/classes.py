"""Sorts what is to be asked about a principal: actions into classes, statements by what they name, questions by kind.

Everything is numbered by value (`Scene.number`): what is equal has one number, and a question is known by a few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from policycc.catalogue.holding import Holding
from policycc.catalogue.regions import global_region
from policycc.catalogue.world import Place
from policycc.verify.actions import Matched, matched
from policycc.verify.documents import Clause
from policycc.verify.intent import Companion, Holder, Scene, companions_of
from policycc.verify.kinds import (
    arns_kind,
    companions_kind,
    demanded,
    demands,
    held_kind,
    kind_of,
    made_kind,
    opened_kind,
    shown_kind,
    subject_kind,
    supply_kind,
)
from policycc.verify.properties.closure import spellings_assumed
from policycc.verify.question import Question
from policycc.verify.requests import Subject
from policycc.verify.resources import reaches
from policycc.verify.strings import TooManyStatesError
from policycc.verify.terms import ResourceMatches, Term, Test, every, leaves, negate, some

_NOTHING = Matched((), ())
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """Actions that are alike in facts, grants and statements. What is asked of the first holds of all.

    `decisions` say for each environment of `granted` by which decision the action may be used in the whole account, if
    by any. `profile` is the number of all that questions about the class share."""

    actions: tuple[str, ...]
    statements: Matched
    granted: tuple[Place, ...]
    holdings: tuple[Holding, ...]
    decisions: tuple[str | None, ...]
    excused: bool
    companions: tuple[Companion, ...]
    profile: int

    @property
    def action(self) -> str:
        return self.actions[0]


class Live(NamedTuple):
    """The statements that can name a resource of some type. `form` is the number of what they share with others that
    differ in actions and resources only, `named` their resources, `names` the number of those, `tested` the folded keys
    that they test."""

    statements: Matched
    form: int
    named: tuple[ResourceMatches, ...]
    names: int
    tested: tuple[str, ...]


@dataclass(slots=True)
class Sorting:
    """What is to be asked about one principal. `tested` are the folded condition keys of all documents of the proof."""

    scene: Scene
    holder: Holder
    clauses: Sequence[Clause]
    tested: tuple[str, ...]
    places: tuple[Place, ...] = field(init=False)
    classes: tuple[Class, ...] = field(init=False)
    _account: int = field(init=False)
    _forms: tuple[int, ...] = field(init=False)
    _named: tuple[tuple[ResourceMatches, ...], ...] = field(init=False)
    _resources: tuple[int, ...] = field(init=False)
    _tested: tuple[tuple[str, ...], ...] = field(init=False)
    _regions: bool = field(init=False)
    _vpcs: bool = field(init=False)
    _live: dict[tuple[Matched, int], Live] = field(default_factory=dict)

    def __post_init__(self) -> None:
        number = self.scene.number
        self.places = self.scene.world.account_places(self.holder.places[0])
        self._account = number(
            ("account", demands(self.scene, self.holder), spellings_assumed(self.scene, self.holder))
        )
        self._forms = tuple(number(clause.form) for clause in self.clauses)
        self._resources = tuple(number(clause.resources) for clause in self.clauses)
        self._named = tuple(
            tuple(leaf for leaf in leaves(clause.scope) if isinstance(leaf, ResourceMatches)) for clause in self.clauses
        )
        self._tested = tuple(
            tuple(leaf.key for leaf in leaves(clause.scope) if isinstance(leaf, Test)) for clause in self.clauses
        )
        self._regions = any(entry.regions is not None for entry in demanded(self.scene, self.holder))
        self._vpcs = any(place.environment.vpcs for place in self.places)
        self.classes = self._classes()

    # -- actions --------------------------------------------------------------------------------------------------

    def _classes(self) -> tuple[Class, ...]:
        holder, scene = self.holder, self.scene
        allowed = matched(self.clauses, scene.catalogue)
        companions = companions_of(scene, holder)
        accepted = {action for action, _ in holder.accepted_residuals | holder.accepted_escapes}
        alike: dict[Key, list[str]] = {}
        for action in dict.fromkeys([*allowed, *holder.grants, *companions]):
            key = (
                kind_of(scene.catalogue, action, self.tested),
                allowed.get(action, _NOTHING),
                holder.grants.get(action),
                action if action in accepted or action in companions else None,
            )
            alike.setdefault(key, []).append(action)
        return tuple(
            self._class(tuple(actions), allowed.get(actions[0], _NOTHING), companions.get(actions[0], ()))
            for actions in alike.values()
        )

    def _class(self, actions: tuple[str, ...], statements: Matched, companions: tuple[Companion, ...]) -> Class:
        facts = self.scene.facts(actions[0])
        granted = self.holder.grants.get(actions[0], ())
        holdings = tuple(self.scene.holding(self.holder, facts, place) for place in granted)
        decisions = tuple(self.scene.residual_in(self.holder, facts, place) for place in granted)
        escapes = tuple((actions[0], place) in self.holder.accepted_escapes for place in granted)
        excused = any(escapes) or any(decision is not None for decision in decisions)
        profile = self.scene.number(("class", self._account, granted, tuple(map(bool, decisions)), escapes))
        return Class(actions, statements, granted, holdings, decisions, excused, companions, profile)

    # -- statements -----------------------------------------------------------------------------------------------

    def live(self, statements: Matched, subject: Subject) -> Live:
        """The statements that can name a resource of the subject's type."""
        _, _, arns = self._numbers(subject)
        key = (statements, arns)
        found = self._live.get(key)
        if found is None:
            found = self._live[key] = self._look(statements, subject, arns)
        return found

    def _look(self, statements: Matched, subject: Subject, arns: int) -> Live:
        allows = tuple(index for index in statements.allows if self._lives(index, subject, arns))
        denies = tuple(index for index in statements.denies if self._lives(index, subject, arns))
        both = (*allows, *denies)
        named = tuple(leaf for index in both for leaf in self._named[index])
        form = self.scene.number(("form", *(self._forms[index] for index in both)))
        tested = tuple(sorted({key for index in both for key in self._tested[index]}))
        return Live(Matched(allows, denies), form, named, self.scene.number(("named", named)), tested)

    def _lives(self, index: int, subject: Subject, arns: int) -> bool:
        resources = self.clauses[index].resources
        if resources is None:
            return True
        key = (arns, self._resources[index])
        found = self.scene.named.get(key)
        if found is None:
            found = self.scene.named[key] = reaches(subject.shape, resources)
        return found

    # -- questions ------------------------------------------------------------------------------------------------

    def question(self, found: Class, subject: Subject) -> Question:
        return Question(
            self.scene,
            self.holder,
            subject,
            self._allowed(self.live(found.statements, subject).statements),
            found.granted,
            found.companions,
            found.excused,
        )

    def _allowed(self, statements: Matched) -> Term:
        """What statements let through."""
        allows = some(self.clauses[index].scope for index in statements.allows)
        return every((allows, *(negate(self.clauses[index].scope) for index in statements.denies)))

    def opened_key(self, found: Class, subject: Subject) -> Key:
        """What questions share that no request may answer, if they have the same answer."""
        shared = self._shared(found, subject)
        if shared is None:
            return ("opened", *self._own(found, subject))
        return (
            "opened",
            found.profile,
            shared,
            companions_kind(subject, found.companions),
            *(opened_kind(holding, subject) for holding in found.holdings),
        )

    def held_key(self, found: Class, subject: Subject, place: Place, holding: Holding | None) -> Key:
        """What questions share that some request has to answer, if they have the same answer. `holding` is how the
        action is held in `place`; None if it is allowed in the whole account."""
        shared = self._shared(found, subject)
        if shared is None:
            return (place, holding is None, *self._own(found, subject))
        return (place, self._account, shared, None if holding is None else held_kind(holding, subject))

    def companion_key(self, found: Class, subject: Subject, companion: Companion) -> Key:
        """The same for the canonical requests of a companion."""
        shared = self._shared(found, subject)
        if shared is None:
            return ("companion", companion, *self._own(found, subject))
        return (
            "companion",
            self._account,
            shared,
            companions_kind(subject, (companion,)),
            made_kind(subject, companion),
        )

    def _shared(self, found: Class, subject: Subject) -> Key | None:
        kind, supply, arns = self._numbers(subject)
        if kind is None:
            return None
        live, scene = self.live(found.statements, subject), self.scene
        row = (subject.row.id, subject.row.aws_owned) if subject.row else None
        met = scene.alike.get((arns, row, self._account, live.names))
        if met is None:
            try:
                met = scene.number(("arns", arns_kind(subject, self.places, live.named)))
            except TooManyStatesError:
                return None
            scene.alike[arns, row, self._account, live.names] = met
        shown = scene.alike.get((supply, live.form))
        if shown is None:
            shown = scene.alike[supply, live.form] = scene.number(("shown", shown_kind(subject.shape, live.tested)))
        home = global_region(subject.facts.action.service, self.places[0].partition) if self._regions else None
        vpc = subject.row.vpc_key if subject.row and self._vpcs else None
        return (kind, live.form, met, shown, home, vpc)

    def _own(self, found: Class, subject: Subject) -> Key:
        """Known by itself: of this principal only, as statements of one form may name different resources."""
        return (self.holder.account, self.holder.name, found.profile, subject)

    def _numbers(self, subject: Subject) -> tuple[int | None, int, int]:
        """The numbers of the subject's kind, of the keys that it shows, and of its ARNs."""
        known = self.scene.kinds.get(subject)
        if known is None:
            kind = subject_kind(subject)
            number = self.scene.number
            known = self.scene.kinds[subject] = (
                None if kind is None else number(("kind", kind)),
                number(("supply", supply_kind(subject.shape))),
                number(("universe", subject.shape.arns)),
            )
        return known
