"""What the matrix intends: the requests that a principal is meant to make, as terms.

The verifier asks the catalogue's ladder only which grants AWS gives no means to hold and what stands in for marks where
there are none (a pinning key, an account that is the group's own). Whose a resource is, it decides by `marks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from policycc.catalogue.catalogue import Catalogue, Service
from policycc.catalogue.facts import ActionFacts, ActionKind, EscapeKind, Part, RowFacts
from policycc.catalogue.holdability import hold
from policycc.catalogue.holding import Ask, Holding, RowHolding, Verdict, Way
from policycc.catalogue.holding_facts import facts as action_facts
from policycc.catalogue.language import common, of_resource, render
from policycc.catalogue.types import Level
from policycc.catalogue.world import Place, World
from policycc.model.matrix import Matrix
from policycc.model.roles import Mfa
from policycc.verify import marks
from policycc.verify.arns import of_type
from policycc.verify.requests import Mode, Subject, shape
from policycc.verify.requires import demanded
from policycc.verify.resources import reaches
from policycc.verify.terms import (
    ALWAYS,
    NEVER,
    ArnIn,
    Is,
    ResourceMatches,
    TagIs,
    Term,
    every,
    negate,
    requested,
    some,
    test,
)

OPENED = frozenset({"account", "key", "aws-owned", "shared"})
"""Ways of holding that stand for something else than a mark of the environment."""
_MODES: Mapping[Part, tuple[Mode, ...]] = {
    Part.EXISTING: (Mode.EXISTING,),
    Part.INPUT: (Mode.EXISTING,),
    Part.SOURCE: (Mode.EXISTING,),
    Part.CREATED: (Mode.CREATED,),
    Part.UPSERTED: (Mode.EXISTING, Mode.CREATED),
    Part.COPIED: (Mode.EXISTING, Mode.CREATED),
    Part.UNDECIDED: (Mode.EXISTING, Mode.CREATED),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """A principal of one account with everything that the matrices grant it there.

    `grants` are the environments by action, `residuals` the actions whose account-wide grant somebody decided on, with
    the decision, `escapes` those accepted although they defeat the boundary.
    """

    account: str
    name: str
    kind: str
    group: str
    matrices: tuple[str, ...]
    environment: str | None
    places: tuple[Place, ...]
    grants: Mapping[str, tuple[Place, ...]]
    accepted_residuals: frozenset[tuple[str, Place]] = frozenset()
    accepted_escapes: frozenset[tuple[str, Place]] = frozenset()
    guard: Mfa | None = None
    """The MFA that the trust policy of a role tests, so that its sessions need not show it; None: no trust does."""


@dataclass(frozen=True, slots=True)
class Companion:
    """A tag action that AWS authorises while `creates` make resources of `types` in `place`."""

    place: Place
    creates: tuple[str, ...]
    key: str | None
    types: frozenset[str]
    tagged: frozenset[str] = frozenset()
    """The types, if the creates are to carry the environment's tags; else none."""
    alike: frozenset[str] = frozenset()
    """Other types of the tag action, of which a policy's glob for one of the types matches resources as well."""


@dataclass(slots=True)
class Scene:
    """The matrices with their world and catalogue, and what has been worked out of them so far."""

    matrices: Mapping[str, Matrix]
    world: World
    catalogue: Catalogue
    named: dict[tuple[int, int], bool] = field(default_factory=dict)
    """Whether some ARNs and some patterns have one in common, by their numbers."""
    alike: dict[tuple[object, ...], int] = field(default_factory=dict)
    """What `kinds` says of a type beside some statements, all by their numbers."""
    kinds: dict[Subject, tuple[int | None, int, int]] = field(default_factory=dict)
    """The numbers of a subject's kind, of the keys that it shows, and of its ARNs."""
    _numbers: dict[object, int] = field(default_factory=dict)
    _holdings: dict[tuple[object, ...], Holding] = field(default_factory=dict)
    _passed: dict[tuple[str, str, Place], tuple[str, ...]] = field(default_factory=dict)

    def number(self, value: object) -> int:
        """A small number that equal values share: to hash terms and patterns again and again takes longer than to
        ask."""
        return self._numbers.setdefault(value, len(self._numbers))

    def facts(self, action: str) -> ActionFacts:
        return action_facts(self.catalogue, action)

    def alone(self, place: Place) -> bool:
        """Whether the account is this one environment's, so that everything in it belongs to it."""
        return self.world.alone(place) and not self.matrices[place.matrix].tagging.always

    def subjects(self, action: str, place: Place, *, claimed: bool = False) -> tuple[Subject, ...]:
        """The action on each of its resource types, in each part that a resource can play there."""
        return subjects(self.catalogue, action, place.partition, place.account.id, claimed)

    def holding(self, holder: Holder, facts: ActionFacts, place: Place) -> Holding:
        """How the ladder of the matrix language holds the action in `place` for this principal."""
        granted = holder.grants.get(facts.action.id, ())
        passes = self._passes(holder, place) if facts.action.id == "iam:PassRole" else ()
        key = (facts.action.id, place, granted, passes)
        found = self._holdings.get(key)
        if found is None:
            tagging = self.matrices[place.matrix].tagging
            # Each matrix is held by its own policies, so the grants of another one open no account.
            places = self.world.account_places(place)
            everywhere = all(other in granted and other.matrix == place.matrix for other in places)
            ask = Ask(tagging.keys, tagging.always, everywhere, passes)
            found = self._holdings[key] = hold(self.world, place, facts, ask)
        return found

    def _passes(self, holder: Holder, place: Place) -> tuple[str, ...]:
        """The services to which the actions granted in the cell pass a role."""
        key = (holder.account, holder.name, place)
        if key not in self._passed:
            actions = (action for action, places in holder.grants.items() if place in places)
            passed = (self.facts(action).passes_in(place.partition) for action in actions)
            self._passed[key] = tuple(sorted(set[str]().union(*passed)))
        return self._passed[key]

    def reached(self, place: Place) -> tuple[Place, ...]:
        """The environments of the matrix that something reaches which is granted in `place` for the whole account."""
        return tuple(other for other in self.world.account_places(place) if other.matrix == place.matrix)

    def required(self, holder: Holder, places: Iterable[Place], service: str, *, strictly: bool = False) -> Term:
        """What `[[require]]` demands of the group's calls in all of `places` together."""
        return every(
            demanded(entry, service, place.partition, holder.guard, strictly=strictly)
            for place in places
            for entry in self.matrices[place.matrix].requires
            if holder.group in entry.groups and place.name in entry.environments
        )

    def residual(self, holder: Holder, facts: ActionFacts) -> str | None:
        """The decision by which the action may be allowed account-wide although nothing holds it, or None.

        AWS must give no means to hold it in an environment where it is granted, and there the matrix's fallback or an
        accept must admit it."""
        found = (self.residual_in(holder, facts, place) for place in holder.grants.get(facts.action.id, ()))
        return next((decision for decision in found if decision is not None), None)

    def residual_in(self, holder: Holder, facts: ActionFacts, place: Place) -> str | None:
        """`residual` for the grant in one environment. What defeats the boundary is admitted as an escape or not at
        all: no fallback speaks of it."""
        if defeats(facts) and (facts.action.id, place) not in holder.accepted_escapes:
            return None
        if (facts.action.id, place) in holder.accepted_residuals:
            unheld = self.holding(holder, facts, place).verdict in (Verdict.UNHOLDABLE, Verdict.UNSAID)
            return "accept" if unheld else None
        if self.holding(holder, facts, place).verdict is not Verdict.UNHOLDABLE:
            return None
        fallback = self.matrices[place.matrix].fallback
        reads = facts.action.level <= Level.READ and not facts.secret
        return "fallback" if (fallback.reads if reads else fallback.others) == "grant" else None


@lru_cache(maxsize=65536)
def subjects(
    catalogue: Catalogue, action: str, partition: str, account: str | None, claimed: bool
) -> tuple[Subject, ...]:
    """The action on each of its resource types, in each part that a resource can play in an account."""
    facts = action_facts(catalogue, action)
    return tuple(_subjects(catalogue.service(facts.action.service), facts, partition, account, claimed))


def _subjects(
    service: Service, facts: ActionFacts, partition: str, account: str | None, claimed: bool
) -> Iterator[Subject]:
    def subject(row: RowFacts | None, mode: Mode) -> Subject:
        return Subject(facts, row, shape(service, facts, row, mode, partition, account, claimed=claimed))

    if not facts.rows:
        yield subject(None, Mode.NONE)
    for row in facts.rows:
        modes = _MODES[row.part]
        yield from (subject(row, mode) for mode in modes)
        if not claimed:
            yield from _of_aws(subject(row, Mode.EXISTING), partition)
        if facts.kind is ActionKind.TAG and f"{facts.action.service}:createaction" in row.supplied:
            yield subject(row, Mode.BEING_CREATED)


def defeats(facts: ActionFacts) -> bool:
    """Whether the action can defeat the boundary, unless something mitigates it."""
    return any(escape.kind is not EscapeKind.ASSUMED for escape in facts.escapes)


def left_out_as_escape(holder: Holder, facts: ActionFacts, place: Place) -> bool:
    """Whether the action is a forbidden escape, which is to be left out in `place` however well it could be held,
    unless somebody accepts it."""
    forbidden = any(escape.kind is EscapeKind.FORBIDDEN for escape in facts.escapes)
    return forbidden and (facts.action.id, place) not in holder.accepted_escapes


def _of_aws(subject: Subject, partition: str) -> Iterator[Subject]:
    """The same for what AWS itself owns under names that no customer can choose, such as `default:mysql-8-0`."""
    for owned in subject.row.aws_owned if subject.row is not None else ():
        named = ResourceMatches((render(owned.arn, partition, None),), variables=False)
        if not reaches(subject.shape, named):
            yield replace(subject, shape=replace(subject.shape, arns=of_type(owned.arn, partition, None)))


def intended(scene: Scene, holder: Holder, subject: Subject, companions: tuple[Companion, ...]) -> Term:
    """The request is one that a grant, a companion, an input or an admitted residual of the principal intends."""
    places = holder.grants.get(subject.action, ())
    ways = [granted_in(scene, holder, subject, place) for place in places]
    ways += [accompanies(scene, holder, subject, companion) for companion in companions]
    ways += [
        scene.required(holder, scene.reached(place), subject.facts.action.service)
        for place in places
        if (subject.action, place) in holder.accepted_escapes
        or scene.residual_in(holder, subject.facts, place) is not None
    ]
    return some(ways)


def granted_in(scene: Scene, holder: Holder, subject: Subject, place: Place) -> Term:
    """The request is one that the grant of the action in `place` intends."""
    holding = scene.holding(holder, subject.facts, place)
    row = row_of(holding, subject)
    required = scene.required(holder, (place,), subject.facts.action.service)
    if scene.alone(place):
        return every((required, pins(row)))
    if row is not None and any(way.how == "account" for way in row.ways):
        return scene.required(holder, scene.world.account_places(place), subject.facts.action.service)
    own = _own(scene, subject, place, row)
    opened = [way_term(way) for way in row.ways if way.how in OPENED] if row is not None else []
    granted = every((required, pins(row), some((own, *opened))))
    wide = by_account(holding)
    if not wide:
        return granted
    # What another type of the call holds by the account may look like one of this type.
    alike = some(Is(ResourceMatches(resources, variables=False)) for resources in wide)
    everywhere = scene.required(holder, scene.world.account_places(place), subject.facts.action.service)
    return some((granted, every((alike, everywhere))))


def by_account(holding: Holding) -> tuple[tuple[str, ...], ...]:
    """The ARNs of the types that are held by the account."""
    return tuple(way.resources for row in holding.rows for way in row.ways if way.how == "account")


def _own(scene: Scene, subject: Subject, place: Place, row: RowHolding | None) -> Term:
    """The resource is the environment's own, or becomes it by being created."""
    others = scene.world.neighbours(place)
    if subject.shape.mode in (Mode.CREATED, Mode.NONE):
        apart = every(marks.not_of(subject, other) for other in others)
        return every((_created(subject, place), apart))
    parts = [marks.belongs(subject, place, False)]
    if subject.shape.mode is Mode.BEING_CREATED:
        # A create that may use a name of the environment is authorised by itself; its other tags do not move anything.
        parts = [some((*parts, *marks.named(subject, place)))]
    vpc = marks.in_vpc(subject.row, place) if subject.row is not None else None
    if vpc is not None:
        # A VPC is tested besides tags or a name, never instead of them.
        parts = [some((marks.by_tags(subject, place), *marks.named(subject, place))), vpc]
    if subject.shape.mode is Mode.EXISTING and row is not None and any(way.request_tags for way in row.ways):
        parts.append(some((requested(place.environment.tags), _untouched(subject, place))))
    return every(parts)


def _untouched(subject: Subject, place: Place) -> Term:
    """The call makes nothing besides that would need the tags: the row itself is all that it writes."""
    return NEVER if subject.facts.creates_outside_rows or subject.shape.request_tag else ALWAYS


def _created(subject: Subject, place: Place) -> Term:
    row = subject.row
    if row is None:
        return marks.belongs(subject, place, False)
    names = marks.name_languages(row, place)
    if row.part is Part.UPSERTED or not subject.shape.request_tag:
        return marks.belongs(subject, place, False)
    if names and subject.facts.name_chosen:
        return every((marks.made_with(subject, place), Is(ArnIn(names + marks.arn_languages(row, place)))))
    return marks.made_with(subject, place)


def row_of(holding: Holding, subject: Subject) -> RowHolding | None:
    wanted = subject.type
    return next((row for row in holding.rows if row.type == wanted), None)


def pins(row: RowHolding | None) -> Term:
    """Keys that must be met because the call binds something that no row authorises: those in every way."""
    if row is None or not row.ways:
        return ALWAYS
    shared = set(row.ways[0].pins).intersection(*(set(way.pins) for way in row.ways))
    vpc = row.row.vpc_key.lower() if row.row and row.row.vpc_key else None
    return every(
        test(pin.operator, pin.key, *pin.values) for pin in row.ways[0].pins if pin in shared and pin.key.lower() != vpc
    )


def way_term(way: Way) -> Term:
    """The request is one that a way of holding describes."""
    tags = every(test("StringEquals", key, value) for key, value in way.resource_tags)
    pinned = every(test(pin.operator, pin.key, *pin.values) for pin in way.pins)
    marked = every(test("StringEquals", key, value) for key, value in way.request_tags)
    return every((Is(ResourceMatches(way.resources, variables=False)), tags, pinned, marked))


def companions_of(scene: Scene, holder: Holder) -> Mapping[str, tuple[Companion, ...]]:
    """The tag actions that the principal's creates need besides, by action."""
    made: dict[tuple[str, Place, str | None, str], tuple[set[str], set[str], set[str]]] = {}
    for action, places in holder.grants.items():
        facts = scene.facts(action)
        for place in places if facts.companions else ():
            holding = scene.holding(holder, facts, place)
            if holding.verdict is not Verdict.HELD or left_out_as_escape(holder, facts, place):
                continue
            own = {row.type for row in facts.rows if row.part in (Part.CREATED, Part.UPSERTED, Part.COPIED)}
            own |= set(facts.creates_outside_rows)
            for companion in facts.companions:
                # Where the key tells the creates apart, each has its own types: CreateVolume makes no instance.
                create = facts.action.name if facts.create_action_key is not None else ""
                key = (companion, place, facts.create_action_key, create)
                creates, types, tagged = made.setdefault(key, (set(), set(), set()))
                creates.add(facts.action.name)
                types.update(own)
                if any(way.request_tags for row in holding.rows for way in row.ways):
                    tagged.update(own)
    found: dict[str, list[Companion]] = {}
    for (companion, place, key_of_create, _), (creates, types, tagged) in made.items():
        alike = _alike(scene.catalogue, companion, frozenset(types), place.partition, place.account.id)
        item = Companion(place, tuple(sorted(creates)), key_of_create, frozenset(types), frozenset(tagged), alike)
        found.setdefault(companion, []).append(item)
    return {action: tuple(items) for action, items in found.items()}


@lru_cache(maxsize=4096)
def _alike(
    catalogue: Catalogue, action: str, types: frozenset[str], partition: str, account: str | None
) -> frozenset[str]:
    """The other types of a tag action of which a glob for one of some types matches an ARN: as `workgroup/*` does those
    of sessions."""
    rows = action_facts(catalogue, action).rows
    globs = [of_resource(render(row.arn, partition, account)) for row in rows if row.type in types and row.arn]
    return frozenset(
        row.type
        for row in rows
        if row.type not in types
        and any(common(glob, of_type(row.arn, partition, account)) is not None for glob in globs)
    )


def accompanies(scene: Scene, holder: Holder, subject: Subject, companion: Companion) -> Term:
    """The request tags what a granted create makes, while it is made; with the environment's tags, unless everything in
    the account is the environment's."""
    place = companion.place
    tags = scene.required(holder, (place,), subject.facts.action.service)
    if not scene.alone(place):
        tags = every((tags, requested(place.environment.tags)))
    elif companion.key is None:
        return tags
    if companion.key is not None:
        if subject.shape.mode is not Mode.BEING_CREATED or subject.type not in companion.types:
            return NEVER
        return every((tags, test("StringEquals", companion.key, *companion.creates)))
    if subject.shape.mode is not Mode.EXISTING or subject.type not in companion.types | companion.alike:
        return NEVER
    if subject.type in companion.alike:
        return every((tags, marks.by_tags(subject, place)))
    return every((tags, some((marks.by_tags(subject, place), claimable(scene, subject, place)))))


def claimable(scene: Scene, subject: Subject, place: Place) -> Term:
    """The resource is an unmarked one, or one that is just being made: named as the environment's, or as nobody's."""
    bare = every(Is(TagIs(key, None)) for key, _ in place.environment.tags)
    row = subject.row
    languages = marks.name_languages(row, place) + marks.arn_languages(row, place) if row else ()
    if languages:
        return every((bare, Is(ArnIn(languages))))
    foreign = [mark for other in scene.world.neighbours(place) for mark in marks.lasting_marks(subject, other)]
    return every((bare, *(negate(mark) for mark in foreign)))
