"""How an action on a resource type can be held inside an environment: the ladder of the matrix language.

The compiler asks to write statements, the verifier to know which grants AWS gives no means to hold. Everything here is
a pure function of the matrices and of `ActionFacts`. A way of holding is *sound* by what it tests, and works only if
AWS supplies the keys; an unconfirmed tag is sound all the same, because an absent key fails closed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from policycc.catalogue import language, pins
from policycc.catalogue.crossings import apart, taken
from policycc.catalogue.facts import ROLE_TYPES, ActionFacts, ActionKind, AwsOwned, KeyHold, Part, RowFacts, Support
from policycc.catalogue.guards import (
    Guard,
    existing_guard,
    long_keys,
    only_tags,
    replaces_foreign_tags,
    request_guard,
    update_guard,
)
from policycc.catalogue.holding import Ask, Holding, RowHolding, TagKeys, TagRule, Unsound, Verdict, Way
from policycc.catalogue.means import means
from policycc.catalogue.world import Place, Reach, TypePattern, World
from policycc.iam.model import Condition

PASS_ROLE = "iam:PassRole"
CREATE_ROLE = "iam:CreateRole"
ROLE_CLASSES = frozenset({"pass-role", "assume-role", "role-create"})
"""Escape classes that are held to the environment's roles even where the whole account is the environment's."""


def hold(world: World, place: Place, facts: ActionFacts, ask: Ask) -> Holding:
    """Decide how `facts.action` is held in `place`."""
    ladder = _Ladder(world, place, facts, ask)
    if world.alone(place) and not ask.always and not _about_roles(facts):
        return ladder.whole_account()
    return ladder.decide()


def _about_roles(facts: ActionFacts) -> bool:
    return any(escape.id in ROLE_CLASSES for escape in facts.escapes)


@dataclass(slots=True)
class _Ladder:
    world: World
    place: Place
    facts: ActionFacts
    ask: Ask
    unsound: list[Unsound] = field(default_factory=list)
    blurred: dict[str, str] = field(default_factory=dict)
    """By type, a name glob whose wildcards run on into the rest of the ARN: it matches resources of other names too."""

    def whole_account(self) -> Holding:
        rows = tuple(
            RowHolding(row.type, row.required, Verdict.HELD, (Way("account", (self._arn(row),)),), row=row)
            for row in self.facts.rows
        ) or (RowHolding("*", True, Verdict.HELD, (Way("account", ("*",)),)),)
        return self._holding(Verdict.HELD, rows)

    def decide(self) -> Holding:
        refused = self._refusal()
        if refused:
            rows = tuple(RowHolding(row.type, row.required, Verdict.REFUSED, row=row) for row in self.facts.rows)
            return self._holding(Verdict.REFUSED, rows or (_none(Verdict.REFUSED),), refused)
        rows = tuple(self._row(row) for row in self.facts.rows) or (self._no_resource(),)
        return self._judge(apart(self.place, rows, self._names))

    def _refusal(self) -> str:
        writer = self.facts.tag_writer
        if self.facts.kind is ActionKind.UNDECIDED:
            return "it is not known which of its resources the call creates and which it changes"
        if writer and writer.refused:
            return f"it writes tags and cannot be kept from the boundary tags: {writer.refused}"
        if self.facts.unchecked:
            return f"it binds {', '.join(self.facts.unchecked)}, which AWS does not authorise in this call"
        return ""

    def _judge(self, rows: tuple[RowHolding, ...]) -> Holding:
        required = [row for row in rows if row.required]
        failing = [row for row in required if row.verdict is not Verdict.HELD]
        if not required and not any(row.verdict is Verdict.HELD for row in rows):
            failing = list(rows)
        if not failing:
            return self._holding(Verdict.HELD, rows)
        for verdict in (Verdict.REFUSED, Verdict.UNHOLDABLE, Verdict.UNSAID):
            worst = [row for row in failing if row.verdict is verdict]
            # Alternatives: one type that the matrix could still name is enough, so the mildest verdict counts.
            if worst and (required or len(worst) == len(failing) or verdict is Verdict.UNSAID):
                if verdict is Verdict.UNHOLDABLE and self._everywhere():
                    return self._held_by_account(rows)
                missing = tuple(sorted({key for row in worst for key in row.missing}))
                return self._holding(verdict, rows, worst[0].reason, missing)
        return self._holding(Verdict.REFUSED, rows, failing[0].reason)

    def _everywhere(self) -> bool:
        return self.place.account.exclusive and self.ask.everywhere

    def _held_by_account(self, rows: tuple[RowHolding, ...]) -> Holding:
        """The account rung: no environment of the account is one that the group may not reach."""
        opened = tuple(
            row
            if row.verdict is Verdict.HELD
            else RowHolding(
                row.type,
                row.required,
                Verdict.HELD,
                (Way("account", (self._arn(row.row) if row.row else "*",)),),
                row=row.row,
            )
            if row.verdict is Verdict.UNHOLDABLE
            else row
            for row in rows
        )
        # What AWS owns may be such a type by itself; then all that is required for the account is required for it.
        arns = {glob for row in opened for way in row.ways if way.how == "account" for glob in way.resources}
        return self._holding(
            Verdict.HELD,
            tuple(
                replace(
                    row, ways=tuple(w for w in row.ways if w.how != "aws-owned" or not arns.issuperset(w.resources))
                )
                for row in opened
            ),
        )

    def _holding(
        self, verdict: Verdict, rows: tuple[RowHolding, ...], reason: str = "", missing: tuple[str, ...] = ()
    ) -> Holding:
        guards = [way.tag_keys for row in rows for way in row.ways if way.request_tags]
        opened = any(guard is None or guard.rule is not TagRule.ONLY for guard in guards)
        return Holding(
            self.facts,
            self.place,
            verdict,
            rows,
            reason,
            missing,
            tuple(self.unsound),
            long_keys(self.place) if opened else (),
        )

    # -- an action without resource types -------------------------------------------------------------------------

    def _no_resource(self) -> RowHolding:
        facts = self.facts
        if self._makes_outside_rows() and facts.request_tag:
            return self._pinned("*", True, None, (Way("created", ("*",), (), *self._request_guard(facts.tag_keys)),))
        if facts.keys:
            return self._by_key("*", None, facts.keys)
        reason = "the call makes a resource that shows IAM no tags" if self._creates() else "it takes no resource"
        return _none(Verdict.UNHOLDABLE, reason)

    def _creates(self) -> bool:
        return self.facts.kind in (ActionKind.CREATE, ActionKind.DERIVE)

    def _makes_outside_rows(self) -> bool:
        return self._creates() and bool(self.facts.creates_outside_rows)

    # -- one resource type ----------------------------------------------------------------------------------------

    def _row(self, row: RowFacts) -> RowHolding:
        if row.part is Part.UNDECIDED:
            reason = f"it is not known whether the call creates or uses the {row.type}"
            return RowHolding(row.type, row.required, Verdict.REFUSED, (), reason, row=row)
        if row.part is Part.COPIED:
            return self._copied(row)
        if row.id in ROLE_TYPES:
            return self._role(row)
        blind = self._blind(row)
        if blind is not None:
            return blind
        if row.part is Part.CREATED:
            return self._created(row)
        if row.part is Part.UPSERTED:
            return self._upserted(row)
        return self._existing(row)

    def _blind(self, row: RowFacts) -> RowHolding | None:
        """A call that has to show the tags of its request, of a service that does not show them to IAM."""
        if not row.blind or not ((row.part is Part.CREATED and row.request_tag) or only_tags(self.facts)):
            return None
        if row.blind == "feature" and row.feature in self.place.account.features:
            return None
        reason = f"the service shows IAM no tags of a request for a {row.type}"
        missing = ("features",) if row.blind == "feature" else ()
        verdict = Verdict.UNSAID if missing else Verdict.REFUSED
        return RowHolding(row.type, row.required, verdict, (), reason, missing, row)

    def _created(self, row: RowFacts) -> RowHolding:
        named = bool(row.owner and row.owner.chosen)
        if row.request_tag:
            resources: tuple[str, ...] = (self._arn(row),)
            # Where the name is not chosen in the call it is the parent's, which must be the environment's as well.
            if row.owner and row.owner.chosen and self.place.names(row.arn, row.owner.variable):
                resources = self._names(row)
                if not resources:
                    return self._unsound_row(row)
            theirs = taken(self.world, self.place, row) if resources == (self._arn(row),) else None
            if theirs is not None:
                reason = f"what the call makes could be called as {theirs}"
                verdict, missing = (Verdict.UNSAID, ("names",)) if named else (Verdict.REFUSED, ())
                return RowHolding(row.type, row.required, verdict, (), reason, missing, row)
            way = Way("created", resources, (), *self._request_guard(row.tag_keys), pins.vpc(row, self.place))
            return self._pinned(row.type, row.required, row, (way,))
        ways = self._by_name(row)
        reason = f"the {row.type} that the call makes can carry no tag of the request"
        return self._answer(row, ways, reason, ("names",) if named else ())

    def _upserted(self, row: RowFacts) -> RowHolding:
        """Created or updated by name: an update by the tags that are there, a create by the name."""
        guard = self._update_guard(row.tag_keys) if row.request_tag else ((), None)
        ways = [
            Way(way.how, way.resources, way.resource_tags, *guard, way.pins)
            for way in (*self._by_tag(row, unconfirmed=False), *self._by_name(row))
        ]
        if not ways:
            ways = [
                Way(way.how, way.resources, way.resource_tags, *guard, way.pins)
                for way in self._by_tag(row, unconfirmed=True)
            ]
        if guard[0] and not self.facts.tags_on_update:
            # Tags of the resource tell an update, and that would have to come without tags.
            ways = [way for way in ways if not way.resource_tags]
        reason = f"neither tags nor a name tell whose {row.type} it is"
        return replace(
            self._answer(row, tuple(ways), reason, means(row, self.place)), partly=self._let_through(row, ways)
        )

    def _let_through(self, row: RowFacts, ways: list[Way]) -> str:
        """Which of create and update the ways of a create-or-update call let through; empty for both or neither."""
        if any(way.request_tags for way in ways) and not self.facts.tags_on_update:
            return "create"
        if ways and all(way.resource_tags for way in ways) and not row.parents_tags:
            return "update"  # a name tells a new one, and there is none
        return ""

    def _copied(self, row: RowFacts) -> RowHolding:
        """Source and target of one type: the target by its name and the request's tags, the source as it is found."""
        names = self._names(row) if row.owner and row.owner.chosen and self.facts.name_chosen else ()
        sources = self._by_tag(row, unconfirmed=False) + self._by_arn(row)
        if row.request_tag:
            # A target may show the request's tags as its own, and then passes for a source: what holds sources has to
            # ask of the name and of the request what holds targets asks.
            guard = self._request_guard(row.tag_keys)
            sources = tuple(
                Way(way.how, way.resources if way.how == "arn" else names, way.resource_tags, *guard, way.pins)
                for way in sources
                if way.how == "arn" or names
            )
        targets: tuple[Way, ...] = ()
        if names and row.request_tag:
            targets = (Way("created", names, (), *self._request_guard(row.tag_keys)),)
        elif names:
            targets = (Way("name", names),)
        if sources and targets:
            return self._pinned(row.type, row.required, row, (*targets, *sources))
        if targets and not row.request_tag:
            # One name glob holds both sides: whatever bears a name of the environment is its own.
            return self._pinned(row.type, row.required, row, targets)
        reason = f"the {row.type} that is read and the one that is written cannot both be held"
        could = bool(row.owner and row.owner.chosen and self.facts.name_chosen and not self.place.environment.names)
        verdict = Verdict.UNSAID if could and row.resource_tag is not Support.NO else Verdict.REFUSED
        return RowHolding(row.type, row.required, verdict, (), reason, ("names",) if could else (), row)

    def _existing(self, row: RowFacts) -> RowHolding:
        guard = self._existing_guard(row)
        if guard is None:
            reason = "it may rewrite tags, and the keys of the request's tags are not shown to IAM"
            if replaces_foreign_tags(self.world, self.place, self.facts):
                reason = "it replaces all tags, those by which environments of another matrix are marked among them"
            return RowHolding(row.type, row.required, Verdict.REFUSED, (), reason, row=row)
        request_tags, tag_keys = guard
        found = self._rungs(row)
        ways = tuple(Way(way.how, way.resources, way.resource_tags, request_tags, tag_keys, way.pins) for way in found)
        if row.part is Part.INPUT:
            ways += self._shared_inputs(row, request_tags, tag_keys)
        # What only AWS's own resources of a type would be good for is not held: people mean theirs.
        if ways or row.part is Part.INPUT or self._all_aws_owned(row):
            ways += self._aws_owned(row, request_tags, tag_keys)
        reason = f"AWS shows IAM neither tags nor a chosen name of the {row.type}"
        return self._answer(row, ways, reason, means(row, self.place))

    def _rungs(self, row: RowFacts) -> tuple[Way, ...]:
        extra = self._by_arn(row)
        for rung in (
            self._by_tag(row, unconfirmed=False),
            self._by_name(row),
            self._by_keys(row),
            self._by_tag(row, unconfirmed=True),
        ):
            if rung:
                return rung + extra
        return extra

    def _existing_guard(self, row: RowFacts) -> Guard | None:
        return existing_guard(self.world, self.place, self.facts, row, self.ask.tagging_keys)

    # -- rungs ----------------------------------------------------------------------------------------------------

    def _by_tag(self, row: RowFacts, *, unconfirmed: bool) -> tuple[Way, ...]:
        if row.part is Part.CREATED:
            return ()
        support = row.resource_tag
        if support is Support.OPT_IN and row.feature in self.place.account.features:
            support = Support.CONFIRMED
        if support is not (Support.CLAIMED if unconfirmed else Support.CONFIRMED):
            return ()
        tags = tuple((f"{row.tag_key}/{key}", value) for key, value in self.place.environment.tags)
        how = "unconfirmed-tag" if unconfirmed else "tag"
        return (Way(how, (self._arn(row),), tags, pins=pins.vpc(row, self.place)),)

    def _by_name(self, row: RowFacts) -> tuple[Way, ...]:
        if not (row.owner and row.owner.chosen):
            return ()
        names = self._names(row)
        return (Way("name", names, pins=pins.vpc(row, self.place)),) if names else ()

    def _by_keys(self, row: RowFacts) -> tuple[Way, ...]:
        for key in row.keys:
            pin = self._pin(key)
            if pin is not None:
                return (Way("key", (self._arn(row),), pins=(pin, *pins.vpc(row, self.place))),)
        return ()

    def _by_key(self, type_name: str, row: RowFacts | None, keys: tuple[KeyHold, ...]) -> RowHolding:
        for key in keys:
            pin = self._pin(key)
            if pin is not None:
                return self._pinned(type_name, True, row, (Way("key", ("*",), pins=(pin,)),))
        return RowHolding(type_name, True, Verdict.UNSAID, (), f"only {keys[0].key} could hold it", ("names",), row)

    def _by_arn(self, row: RowFacts) -> tuple[Way, ...]:
        """The environment's declared ARNs that can be ARNs of this type."""
        anything = language.of_arns(row.arn, self.place.partition, self.place.account.id, None, "*")
        fitting = tuple(
            arn
            for arn in self.place.environment.arns
            if language.common(language.of_resource(arn), anything) is not None and self._sound(arn, row)
        )
        return (Way("arn", fitting),) if fitting else ()

    def _role(self, row: RowFacts) -> RowHolding:
        """Roles by their path, never by tag: iam:ResourceTag is not reliable for iam:PassRole
        (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html)."""
        environment = self.place.environment
        if not environment.roles:
            return RowHolding(
                row.type, row.required, Verdict.UNSAID, (), "roles are held by their path", ("roles",), row
            )
        resources = pins.roles(self.place)
        own: tuple[Condition, ...] = ()
        if self.facts.action.id == PASS_ROLE:
            if not self.ask.passes:
                reason = "no action granted in this cell is known to pass a role"
                return RowHolding(row.type, row.required, Verdict.REFUSED, (), reason, row=row)
            own = (Condition("StringEquals", "iam:PassedToService", self.ask.passes),)
        if self.facts.action.id == CREATE_ROLE:
            if environment.permissions_boundary is None:
                reason = "a role may be made only under a permissions boundary"
                return RowHolding(row.type, row.required, Verdict.UNSAID, (), reason, ("permissions_boundary",), row)
            account = self.place.account.id or "*"
            boundary = f"arn:{self.place.partition}:iam::{account}:policy/{environment.permissions_boundary}"
            own = (Condition("ArnLike", "iam:PermissionsBoundary", (boundary,)),)
        guard: Guard | None = ((), None)
        if row.part is Part.CREATED and row.request_tag:
            guard = self._request_guard(row.tag_keys)
        elif row.part is Part.UPSERTED and row.request_tag:
            guard = self._update_guard(row.tag_keys)
        elif row.part not in (Part.CREATED, Part.UPSERTED):
            guard = self._existing_guard(row)
        if guard is None:
            return RowHolding(row.type, row.required, Verdict.REFUSED, (), "it may rewrite tags of the role", row=row)
        return self._pinned(row.type, row.required, row, (Way("role", resources, (), *guard, own),))

    def _shared_inputs(
        self, row: RowFacts, request_tags: tuple[tuple[str, str], ...], tag_keys: TagKeys | None
    ) -> tuple[Way, ...]:
        """Inputs of a create that belong to a shared environment."""
        ways: list[Way] = []
        for shared in self.world.shared_inputs(self.place):
            ladder = _Ladder(self.world, shared, self.facts, self.ask)
            ways += (
                Way("shared", way.resources, way.resource_tags, request_tags, tag_keys, way.pins)
                for way in ladder._rungs(row)
            )
        return tuple(ways)

    def _all_aws_owned(self, row: RowFacts) -> bool:
        return any(self._render(owned.arn) == self._arn(row) and not owned.condition for owned in row.aws_owned)

    def _aws_owned(
        self, row: RowFacts, request_tags: tuple[tuple[str, str], ...], tag_keys: TagKeys | None
    ) -> tuple[Way, ...]:
        """What AWS itself owns may be named in the calls that the overlay lists for it."""
        return tuple(
            Way("aws-owned", (self._render(owned.arn),), (), request_tags, tag_keys, _owned_condition(owned))
            for owned in row.aws_owned
            if owned.safe_input
        )

    # -- parts ----------------------------------------------------------------------------------------------------

    def _answer(self, row: RowFacts, ways: tuple[Way, ...], reason: str, missing: tuple[str, ...]) -> RowHolding:
        if ways:
            return self._pinned(row.type, row.required, row, ways)
        if row.type in self.blurred or (self.unsound and missing):
            return self._unsound_row(row)
        verdict = Verdict.UNSAID if missing else Verdict.UNHOLDABLE
        return RowHolding(row.type, row.required, verdict, (), reason, missing, row)

    def _unsound_row(self, row: RowFacts) -> RowHolding:
        if row.type in self.blurred:
            reason = f"`{self.blurred[row.type]}` also matches resources of other names"
            return RowHolding(row.type, row.required, Verdict.REFUSED, (), reason, row=row)
        found = self.unsound[-1]
        reason = f"`{found.glob}` also matches {found.reach.witness} of {found.reach.other}"
        return RowHolding(row.type, row.required, Verdict.REFUSED, (), reason, row=row)

    def _pinned(self, type_name: str, required: bool, row: RowFacts | None, ways: tuple[Way, ...]) -> RowHolding:
        """Add the keys that must be met besides, because the call binds something that no row authorises."""
        needed = self.facts.pinned + (row.pinned if row else ())
        conditions = tuple(self._pin(key) for key in needed)
        if any(pin is None for pin in conditions):
            reason = f"the call binds what only {', '.join(key.key for key in needed)} could hold"
            lacking = tuple(sorted({name for key in needed if (name := pins.missing(key, self.place))}))
            verdict = Verdict.UNSAID if lacking else Verdict.REFUSED
            return RowHolding(type_name, required, verdict, (), reason, lacking, row)
        found = tuple(pin for pin in conditions if pin is not None)
        if found:
            ways = tuple(
                Way(w.how, w.resources, w.resource_tags, w.request_tags, w.tag_keys, w.pins + found) for w in ways
            )
        return RowHolding(type_name, required, Verdict.HELD, ways, row=row)

    def _pin(self, key: KeyHold) -> Condition | None:
        return pins.condition(key, self.world, self.place)

    def _request_guard(self, tag_keys: bool) -> Guard:
        return request_guard(self.world, self.place, self.ask.tagging_keys, tag_keys)

    def _update_guard(self, tag_keys: bool) -> Guard:
        return update_guard(self.world, self.place, self.ask.tagging_keys, tag_keys)

    def _names(self, row: RowFacts) -> tuple[str, ...]:
        """The environment's name globs as ARN globs of the type, those that are sound; none where the catalogue names
        the type and not its ARN."""
        if not row.arn:
            return ()
        owner = row.owner.variable if row.owner else None
        found = []
        for name in self.place.names(row.arn, owner):
            glob = language.render(row.arn, self.place.partition, self.place.account.id, owner, name)
            if not language.tells_owner(row.arn, owner, name):
                self.blurred[row.type] = glob
            elif self._sound(glob, row):
                found.append(glob)
        return tuple(found)

    def _sound(self, glob: str, row: RowFacts) -> bool:
        reach = self._reach(glob, self._patterns())
        if reach is not None:
            self.unsound.append(Unsound(glob, row.type, reach))
        return reach is None

    def _reach(self, glob: str, types: tuple[TypePattern, ...]) -> Reach | None:
        return self.world.reaches(glob, self.place, types)

    def _patterns(self) -> tuple[TypePattern, ...]:
        return tuple(
            TypePattern(row.arn, row.owner.variable if row.owner else None, row.resource_tag is not Support.NO)
            for row in self.facts.rows
            if row.arn
        )

    def _arn(self, row: RowFacts) -> str:
        return self._render(row.arn) if row.arn else "*"

    def _render(self, arn: str) -> str:
        return language.render(arn, self.place.partition, self.place.account.id)


def _none(verdict: Verdict, reason: str = "") -> RowHolding:
    return RowHolding("*", True, verdict, (), reason)


def _owned_condition(owned: AwsOwned) -> tuple[Condition, ...]:
    if owned.condition is None:
        return ()
    operator, key, value = owned.condition
    return (Condition(operator, key, (value,)),)
