"""What a build means, asked request by request; the golden and the property tests share these questions.

Each function returns or yields what is wrong, so that a test asserts that there is nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from policycc.catalogue.catalogue import load
from policycc.catalogue.facts import Part, Support
from policycc.model.matrix import Requirement
from tests.support.canonical import Context, Place, Request, canonical, companion, requirement_context
from tests.support.evaluating import Badge, badges
from tests.support.facts import facts_of
from tests.support.intended import Target, attempts, bears_tags, brings, intended, moves_a_mark, named_for
from tests.support.matrices import Cell, Fixture

Json = dict[str, Any]
LEFT_OUT = ["left-out"]
NOWHERE: dict[str, str | list[str] | None] = {
    "aws:SourceIp": None,
    "aws:SourceVpc": None,
    "aws:SourceVpce": None,
    "aws:ViaAWSService": "false",
}
ELSEWHERE: tuple[dict[str, str | list[str] | None], ...] = (
    {},
    {"aws:SourceIp": "203.0.113.9"},
    {"aws:SourceVpc": "vpc-0ffffffffffffffff", "aws:SourceVpce": "vpce-0ffffffffffffffff"},
)


@dataclass(frozen=True)
class Build:
    """Matrices, and the files that came of them."""

    fixture: Fixture
    files: dict[str, bytes]

    @cached_property
    def manifest(self) -> Json:
        found: Json = json.loads(self.files["manifest.json"])
        return found

    @cached_property
    def badges(self) -> tuple[Badge, ...]:
        """Everybody but people of an identity account without environments, who may only assume roles: of them, and of
        the roles, `tests/unit/verify/test_chains.py` and `tests/differential/test_delegation.py` ask."""
        return tuple(badge for badge in badges(self.files) if self.world(badge))

    def shown_on_entry(self, badge: Badge, requirement: Requirement) -> bool:
        """Whether the badge is a role that cannot be assumed without the MFA of a requirement."""
        trust = self.files.get(f"{badge.account}/trust/{badge.name}.json")
        statements = json.loads(trust)["Statement"] if trust is not None else []
        ages = [one.get("Condition", {}).get("NumericLessThan", {}) for one in statements]
        fresh = [
            int(age.get("aws:MultiFactorAuthAge", "999999")) <= (requirement.mfa_max_age or 999999) for age in ages
        ]
        tests = [one.get("Condition", {}).get("Bool", {}).get("aws:MultiFactorAuthPresent") for one in statements]
        return bool(statements) and all(fresh) and set(tests) == {"true"}

    @cached_property
    def all_cells(self) -> tuple[Cell, ...]:
        return self.fixture.cells()

    @cached_property
    def places(self) -> tuple[Place, ...]:
        return self.fixture.places()

    @cached_property
    def _entries(self) -> dict[tuple[str, str, str], Json]:
        return {
            (entry["group"], environment, action): entry
            for entry in self.manifest["grants"]
            for environment in entry["environments"]
            for action in entry["actions"]
        }

    @cached_property
    def residuals(self) -> frozenset[tuple[str, str, str]]:
        """(group, account, action) of every listed residual."""
        return frozenset(
            (entry["group"], entry["account"], action)
            for entry in self.manifest["residuals"]
            for action in entry["actions"]
        )

    def entry(self, cell: Cell, action: str) -> Json:
        return self._entries[cell.group, self.label(cell.place), action]

    def label(self, place: Place) -> str:
        return self.fixture.label(place)

    def cells(self, badge: Badge) -> tuple[Cell, ...]:
        """What a badge stands for: its group's cells in its account; for a role of one environment only those."""
        return tuple(
            cell
            for cell in self.all_cells
            if cell.group == badge.group
            and cell.place.account.name == badge.account
            and badge.environment in (None, cell.place.environment.name)
        )

    def companions(self, badge: Badge) -> frozenset[str]:
        mine = [entry for entry in self.manifest["grants"] if entry["group"] == badge.group]
        return frozenset(action for entry in mine for action in entry["companions"])

    def world(self, badge: Badge) -> tuple[Place, ...]:
        """All environments of the badge's account."""
        return tuple(place for place in self.places if place.account.name == badge.account)

    def is_alone(self, badge: Badge) -> bool:
        """Whether everything in the badge's account is one environment's, so that tags hold nothing."""
        world = self.world(badge)
        always = any(source.data.get("tagging", {}).get("always") for source in self.fixture.sources)
        return len(world) == 1 and world[0].account.exclusive and not always

    def canonical(self, cell: Cell, action: str) -> Iterator[Request]:
        """What is granted account-wide needs what every environment of the account needs: it reaches them all."""
        reached = [cell.place]
        entry = self.entry(cell, action)
        if entry["outcome"] == "residual" or any("account" in ways for ways in entry["how"].values()):
            reached = [place for place in self.places if place.account == cell.place.account]
        needed = tuple(
            requirement
            for place in reached
            for requirement in self.fixture.requirements(place.matrix, cell.group, place.environment.name)
        )
        yield from canonical(facts_of(action), cell.place, needed, passed_to=passed_to(cell))


def passed_to(cell: Cell) -> tuple[str, ...]:
    """The service principals to which the cell's actions pass roles."""
    return tuple(sorted({principal for action in cell.actions for principal in facts_of(action).passes}))


# --- inside ------------------------------------------------------------------------------------------------------


def usable(build: Build) -> Iterator[tuple[Badge, Cell, str, Request]]:
    """Every canonical request that the manifest says is granted."""
    for badge in build.badges:
        for cell in build.cells(badge):
            for action in sorted(cell.actions):
                entry = build.entry(cell, action)
                if entry["outcome"] not in ("granted", "residual"):
                    continue
                for request in build.canonical(cell, action):
                    # The manifest says of which calls only the update is granted.
                    lacking = entry.get("partly", {}).get(request.type) == "update" and request.part == "new"
                    # Nor is one's own of a type of which only AWS's can be told.
                    if entry["how"].get(request.type) not in (LEFT_OUT, ["aws-owned"]) and not lacking:
                        yield badge, cell, action, request


def denied_inside(build: Build) -> list[tuple[str, Request]]:
    """Canonical requests of granted actions that are not allowed."""
    return [(badge.name, request) for badge, _, _, request in usable(build) if not badge.allows(request)]


def half_granted(build: Build) -> Iterator[str]:
    """Granted actions with a required type that is left out, or with a type of which the manifest says nothing."""
    for cell in build.all_cells:
        for action in sorted(cell.actions):
            entry = build.entry(cell, action)
            if entry["outcome"] != "granted":
                continue
            rows = facts_of(action).rows
            if set(entry["how"]) != ({row.type for row in rows} or {"*"}):
                yield f"{cell.group} {action}: {sorted(entry['how'])}"
                continue
            held = {row.type for row in rows if entry["how"][row.type] != LEFT_OUT}
            if not {row.type for row in rows if row.required} <= held or (rows and not held):
                yield f"{cell.group} {action}: {entry['how']}"


def allowed_although_left_out(build: Build) -> Iterator[tuple[str, str, str]]:
    """Actions that are split or omitted and work all the same: every required type of their canonical requests."""
    for badge in build.badges:
        companions = build.companions(badge)
        for cell in build.cells(badge):
            for action in sorted(cell.actions - companions):
                if build.entry(cell, action)["outcome"] not in ("split", "omitted"):
                    continue
                must = {row.type for row in facts_of(action).rows if row.required} | {"*"}
                decided = [(request.type, badge.allows(request)) for request in build.canonical(cell, action)]
                needed = [allowed for kind, allowed in decided if kind in must]
                if all(needed) if needed else any(allowed for _, allowed in decided):
                    yield badge.name, cell.place.environment.name, action


# --- outside -----------------------------------------------------------------------------------------------------


def tries(build: Build, badge: Badge) -> Iterator[tuple[Request, Target, tuple[Cell, ...]]]:
    """Attempts with every granted action that is no listed residual, under the requirements of each of its cells."""
    cells = build.cells(badge)
    world = build.world(badge)
    for action in sorted({action for cell in cells for action in cell.actions}):
        if (badge.group, badge.account, action) in build.residuals:
            continue
        facts = facts_of(action)
        granting = tuple(cell for cell in cells if action in cell.actions)
        for common in _commons(build, granting, action):
            for row in facts.rows:
                for request, target in attempts(facts, row, world, common):
                    yield request, target, granting


def leaks(build: Build) -> Iterator[tuple[str, Request, dict[str, str]]]:
    """Allowed requests that no grant, input or residual asks for."""
    for badge in build.badges:
        world = build.world(badge)
        for request, target, cells in tries(build, badge):
            if not badge.allows(request):
                continue
            facts = facts_of(request.action)
            row = next(row for row in facts.rows if row.type == request.type)
            granted = tuple(cell.place for cell in cells)
            asked = intended(facts, row, request, target, granted, world)
            if _claimed(build, badge, request, target.tags) or _tags_its_own(build, badge, request, target.tags):
                continue
            moved = not build.is_alone(badge) and moves_a_mark(facts, row, request, target, granted, world)
            if not asked or moved:
                yield badge.name, request, dict(target.tags)


def _tags_its_own(build: Build, badge: Badge, request: Request, tags: Mapping[str, str]) -> bool:
    """A companion beside the same action granted elsewhere: an environment's tags on what bears them already."""
    return any(
        request.action in build.entry(cell, action)["companions"]
        for cell in build.cells(badge)
        if bears_tags(cell.place, tags)
        and all(request.context.get(f"aws:RequestTag/{key}") == value for key, value in cell.place.tags.items())
        for action in sorted(cell.actions)
    )


def _claimed(build: Build, badge: Badge, request: Request, tags: Mapping[str, str]) -> bool:
    """A claim that the manifest lists: an environment's own tags on a resource that carries no boundary tag."""
    claiming = {
        environment
        for claim in build.manifest["claims"]
        if claim["group"] == badge.group and request.action in claim["actions"]
        for environment in claim["environments"]
    }
    return any(
        not {key.lower() for key in place.tags} & {key.lower() for key in tags}
        and all(request.context.get(f"aws:RequestTag/{key}") == value for key, value in place.tags.items())
        for place in build.places
        if build.label(place) in claiming
    )


def rowless_leaks(build: Build) -> Iterator[tuple[str, Request]]:
    """Allowed requests of granted actions without a resource, tied to another environment or to none.

    Such an action is held by the tags of what it creates or by a key that names one of the environment's resources;
    where neither is there, it can only be a residual, or held by an account of one's own."""
    for badge in build.badges:
        cells, world = build.cells(badge), build.world(badge)
        for action in sorted({action for cell in cells for action in cell.actions}):
            facts = facts_of(action)
            if facts.rows or (badge.group, badge.account, action) in build.residuals:
                continue
            granting = tuple(cell for cell in cells if action in cell.actions)
            mine = {cell.place for cell in granting}
            if world[0].account.exclusive and mine >= set(world):
                continue
            for common in _commons(build, granting, action):
                bare = Request(action, "*", "*", "none", common)
                if badge.allows(bare):
                    yield badge.name, bare
                for place in world:
                    for request in canonical(facts, place):
                        moved = Request(action, "*", "*", request.part, {**request.context, **common})
                        if place not in mine and badge.allows(moved):
                            yield badge.name, moved


def _commons(build: Build, granting: tuple[Cell, ...], action: str) -> list[Context]:
    """The contexts that meet the requirements of the cells, each once."""
    service = action.split(":")[0]
    unique: dict[str, Context] = {}
    for cell in granting:
        needed = build.fixture.requirements(cell.place.matrix, cell.group, cell.place.environment.name)
        context = requirement_context(service, needed)
        unique.setdefault(json.dumps(context, sort_keys=True), context)
        for principal in passed_to(cell) if action == "iam:PassRole" else ():
            passing = {**context, "iam:PassedToService": principal}
            unique.setdefault(json.dumps(passing, sort_keys=True), passing)
    return list(unique.values())


def unasked_actions(build: Build) -> Iterator[tuple[str, str]]:
    """Actions that a pattern of the policies matches, and that are neither granted nor a companion."""
    for badge in build.badges:
        granted = {action for cell in build.cells(badge) for action in cell.actions}
        for pattern in sorted(badge.actions):
            service, _, glob = pattern.partition(":")
            names = load().service(service).names()
            matched = {f"{service}:{name}" for name in names if fnmatchcase(name.lower(), glob.lower())}
            if not matched:
                yield badge.name, pattern
            for action in sorted(matched - granted - build.companions(badge)):
                yield badge.name, action


# --- companions --------------------------------------------------------------------------------------------------


def companion_requests(build: Build) -> Iterator[tuple[Badge, Request, Cell, str | None]]:
    """The tag call beside every granted create, and the key that says that it is part of a create, if there is one."""
    for badge in build.badges:
        for cell in build.cells(badge):
            needed = build.fixture.requirements(cell.place.matrix, cell.group, cell.place.environment.name)
            for action in sorted(cell.actions):
                entry, facts = build.entry(cell, action), facts_of(action)
                if entry["outcome"] != "granted":
                    continue
                created = [row for row in facts.rows if row.part in (Part.CREATED, Part.COPIED) and row.request_tag]
                for tagger in entry["companions"]:
                    # Without CreateAction a companion needs to see the tags, of which a claim is no proof.
                    taggable = {
                        row.type
                        for row in facts_of(tagger).rows
                        if facts.create_action_key is not None or row.resource_tag is not Support.CLAIMED
                    }
                    for row in created:
                        if row.type in taggable and entry["how"][row.type] != LEFT_OUT:
                            request = companion(facts, tagger, row, cell.place, needed)
                            own = tagger not in cell.actions
                            yield badge, request, cell, facts.create_action_key if own else None


def broken_companions(build: Build) -> Iterator[tuple[str, Request]]:
    """Companions that do not work, or that work with other tags or without a create."""
    for badge, request, cell, create_key in companion_requests(build):
        if not badge.allows(request):
            yield "denied", request
        for key, value in () if build.is_alone(badge) else cell.place.tags.items():
            for wrong in (f"{value}x", value.swapcase(), None):
                changed = request.with_context(**{f"aws:RequestTag/{key}": wrong})
                if badge.allows(changed):
                    yield "wrong tags", changed
            second = sorted([*cell.place.tags, key.swapcase()])
            if badge.allows(request.with_context(**{"aws:TagKeys": second})):
                yield "second spelling", request
        held = [cell.place.tags for cell in build.cells(badge)]
        for place in build.world(badge):
            other = {f"aws:RequestTag/{key}": value for key, value in place.tags.items()}
            if place.tags not in held and badge.allows(request.with_context(**other)):
                yield "another environment", request.with_context(**other)
        if create_key is not None:
            bare = request.with_context(**{create_key: None})
            if badge.allows(bare):
                yield "no create", bare


def retags(build: Build) -> Iterator[tuple[str, Request]]:
    """Tag actions that nobody granted, and that mark an existing resource which is not the environment's already."""
    for badge in build.badges:
        cells = build.cells(badge)
        world = build.world(badge)
        granted = {action for cell in cells for action in cell.actions}
        claims = {
            (action, environment)
            for entry in build.manifest["claims"]
            if entry["group"] == badge.group
            for action in entry["actions"]
            for environment in entry["environments"]
        }
        boundary = {key.lower() for place in world for key in place.tags}
        for action in sorted(build.companions(badge) - granted):
            facts = facts_of(action)
            for row in facts.rows:
                for request, target in attempts(facts, row, world, {}):
                    unmarked = not any(key.lower() in boundary for key in target.tags)
                    for place in world if request.part == "existing" and not brings(request) else ():
                        carried = {f"aws:RequestTag/{key}": value for key, value in place.tags.items()}
                        marked = request.with_context(**carried, **{"aws:TagKeys": sorted(place.tags)})
                        if not badge.allows(marked):
                            continue
                        # Tags that IAM never sees are no mark: the resource is known by its name alone.
                        bare = unmarked or row.resource_tag is Support.NO
                        claimed = bare and (action, build.label(place)) in claims
                        if claimed and place.environment.names and row.owner is not None and row.owner.chosen:
                            claimed = named_for(row, place, target.arn)
                        mine = any(cell.place == place for cell in cells)
                        if not (mine and (bears_tags(place, target.tags) or claimed)):
                            yield badge.name, marked


# --- requirements ------------------------------------------------------------------------------------------------


def unmet_but_allowed(build: Build) -> Iterator[Request]:
    """Requests inside that are allowed although a requirement of their cell is not met."""
    for badge, _, _, request in unmet(build):
        if badge.allows(request):
            yield request


def unmet(build: Build) -> Iterator[tuple[Badge, Cell, str, Request]]:
    """Canonical requests with one requirement unmet: no second factor or an old one, another region, another place."""
    for badge, cell, action, request in usable(build):
        for requirement in build.fixture.requirements(cell.place.matrix, cell.group, cell.place.environment.name):
            changes: list[dict[str, str | list[str] | None]] = []
            if requirement.mfa and not build.shown_on_entry(badge, requirement):
                changes += [{"aws:MultiFactorAuthPresent": None}, {"aws:MultiFactorAuthPresent": "false"}]
            if requirement.mfa_max_age is not None and not build.shown_on_entry(badge, requirement):
                changes += [{"aws:MultiFactorAuthAge": None}]
                changes += [{"aws:MultiFactorAuthAge": str(requirement.mfa_max_age + 1)}]
            if requirement.regions is not None:
                changes += [{"aws:RequestedRegion": "ap-southeast-2"}, {"aws:RequestedRegion": None}]
            if requirement.source_ips or requirement.source_vpcs or requirement.source_vpc_endpoints:
                changes += [{**NOWHERE, **place} for place in ELSEWHERE]
            for change in changes:
                yield badge, cell, action, request.with_context(**change)
