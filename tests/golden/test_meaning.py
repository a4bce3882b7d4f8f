"""The golden policies mean their matrices: as read back from disk, request by request, by an evaluator.

Inside: every canonical request of every grant is allowed. Outside: on everything that could be near (resources of every
environment of the account, unmarked ones, half-marked ones, marks in other letters, names that only look alike) nothing
is allowed that no grant, companion, input or listed residual asks for.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest

from policycc.catalogue.catalogue import load
from policycc.catalogue.facts import Part
from tests.support.canonical import Context, Place, Request, canonical, companion, requirement_context
from tests.support.evaluating import Badge, badges
from tests.support.facts import facts_of
from tests.support.intended import Target, attempts, bears_tags, intended, named_for
from tests.support.matrices import Cell, Fixture, fixture, fixtures

NAMES = tuple(found.name for found in fixtures())
pytestmark = pytest.mark.parametrize("name", NAMES)
Json = dict[str, Any]


@cache
def manifest(name: str) -> Json:
    found: Json = json.loads((fixture(name).policies / "manifest.json").read_text("utf-8"))
    return found


@cache
def holders(name: str) -> tuple[Badge, ...]:
    return badges(fixture(name).policies)


def cells_of(found: Fixture, badge: Badge) -> tuple[Cell, ...]:
    """The cells that a badge stands for: its group's, in its account, and for a role of one environment only that."""
    return tuple(
        cell
        for cell in found.cells()
        if cell.group == badge.group
        and cell.place.account.name == badge.account
        and badge.environment in (None, cell.place.environment.name)
    )


@cache
def entries(name: str) -> dict[tuple[str, str, str], Json]:
    return {
        (entry["group"], environment, action): entry
        for entry in manifest(name)["grants"]
        for environment in entry["environments"]
        for action in entry["actions"]
    }


def entry_of(name: str, cell: Cell, action: str) -> Json:
    return entries(name)[cell.group, cell.place.environment.name, action]


@cache
def companions_of(name: str, group: str) -> frozenset[str]:
    mine = [entry for entry in manifest(name)["grants"] if entry["group"] == group]
    return frozenset(action for entry in mine for action in entry["companions"])


@cache
def residual(name: str) -> frozenset[tuple[str, str, str]]:
    """(group, account, action) of every listed residual."""
    return frozenset(
        (entry["group"], entry["account"], action)
        for entry in manifest(name)["residuals"]
        for action in entry["actions"]
    )


def passed_to(cell: Cell) -> tuple[str, ...]:
    """The service principals to which the cell's actions pass roles."""
    return tuple(sorted({principal for action in cell.actions for principal in facts_of(action).passes}))


def canonical_of(found: Fixture, cell: Cell, action: str) -> Iterator[Request]:
    needed = found.requirements(cell.place.matrix, cell.group, cell.place.environment.name)
    yield from canonical(facts_of(action), cell.place, needed, passed_to=passed_to(cell))


def usable(name: str) -> Iterator[tuple[Badge, Cell, str, Request]]:
    """Every canonical request that the manifest says is granted."""
    found = fixture(name)
    for badge in holders(name):
        for cell in cells_of(found, badge):
            for action in sorted(cell.actions):
                entry = entry_of(name, cell, action)
                if entry["outcome"] not in ("granted", "residual"):
                    continue
                for request in canonical_of(found, cell, action):
                    if entry["how"].get(request.type) != ["left-out"]:
                        yield badge, cell, action, request


def test_every_canonical_request_inside_is_allowed(name: str) -> None:
    denied = [request for badge, _, _, request in usable(name) if not badge.allows(request)]
    assert denied == []


def test_no_required_type_of_a_granted_action_is_left_out(name: str) -> None:
    for cell in fixture(name).cells():
        for action in cell.actions:
            entry = entry_of(name, cell, action)
            if entry["outcome"] == "granted":
                rows = facts_of(action).rows
                assert set(entry["how"]) == ({row.type for row in rows} or {"*"}), action
                held = {row.type for row in rows if entry["how"][row.type] != ["left-out"]}
                assert {row.type for row in rows if row.required} <= held, action
                assert held or not rows, action


def test_every_companion_that_the_manifest_names_is_allowed_on_create_and_only_there(name: str) -> None:
    found = fixture(name)
    checked = 0
    for badge in holders(name):
        for cell in cells_of(found, badge):
            needed = found.requirements(cell.place.matrix, cell.group, cell.place.environment.name)
            for action in sorted(cell.actions):
                entry, facts = entry_of(name, cell, action), facts_of(action)
                if entry["outcome"] != "granted":
                    continue
                created = [row for row in facts.rows if row.part in (Part.CREATED, Part.COPIED) and row.request_tag]
                for name_of_tagger in entry["companions"]:
                    taggable = {row.type for row in facts_of(name_of_tagger).rows}
                    for row in created:
                        if row.type not in taggable or entry["how"][row.type] == ["left-out"]:
                            continue
                        request = companion(facts, name_of_tagger, row, cell.place, needed)
                        assert badge.allows(request), request
                        for key, value in cell.place.tags.items():
                            assert not badge.allows(request.with_context(**{f"aws:RequestTag/{key}": f"{value}x"}))
                            assert not badge.allows(request.with_context(**{f"aws:RequestTag/{key}": None}))
                        if facts.create_action_key is not None and name_of_tagger not in cell.actions:
                            assert not badge.allows(request.with_context(**{facts.create_action_key: None}))
                        checked += 1
    if any(entry["companions"] for entry in manifest(name)["grants"]):
        assert checked


def test_what_is_split_or_omitted_is_not_allowed(name: str) -> None:
    found = fixture(name)
    for badge in holders(name):
        companions = {
            action
            for entry in manifest(name)["grants"]
            if entry["group"] == badge.group
            for action in entry["companions"]
        }
        for cell in cells_of(found, badge):
            for action in sorted(cell.actions - companions):
                if entry_of(name, cell, action)["outcome"] in ("split", "omitted"):
                    rows = {row.type: row for row in facts_of(action).rows}
                    requests = list(canonical_of(found, cell, action))
                    allowed = [badge.allows(request) for request in requests]
                    required = [
                        ok for ok, r in zip(allowed, requests, strict=True) if r.type == "*" or rows[r.type].required
                    ]
                    assert not (all(required) if required else any(allowed)), action


def test_nothing_outside_the_grants_is_allowed(name: str) -> None:
    leaks = []
    for badge in holders(name):
        for request, target, cells in tries(name, badge):
            if badge.allows(request):
                row = next(row for row in facts_of(request.action).rows if row.type == request.type)
                granted = tuple(cell.place for cell in cells)
                if not intended(row, request, target, granted, world(name, badge)):
                    leaks.append((badge.name, request, target.tags))
    assert leaks == []


def world(name: str, badge: Badge) -> tuple[Place, ...]:
    return tuple(place for place in fixture(name).places() if place.account.name == badge.account)


def tries(name: str, badge: Badge) -> Iterator[tuple[Request, Target, tuple[Cell, ...]]]:
    """Attempts with every granted action that is no listed residual, under the requirements of each of its cells."""
    found = fixture(name)
    cells = cells_of(found, badge)
    for action in sorted({action for cell in cells for action in cell.actions}):
        if (badge.group, badge.account, action) in residual(name):
            continue
        facts = facts_of(action)
        granting = tuple(cell for cell in cells if action in cell.actions)
        for common in commons(found, granting, action):
            for row in facts.rows:
                for request, target in attempts(facts, row, world(name, badge), common):
                    yield request, target, granting


def commons(found: Fixture, granting: tuple[Cell, ...], action: str) -> list[Context]:
    """The contexts that meet the requirements of the cells, each once."""
    service = action.split(":")[0]
    unique: dict[str, Context] = {}
    for cell in granting:
        needed = found.requirements(cell.place.matrix, cell.group, cell.place.environment.name)
        context = requirement_context(service, needed)
        if action == "iam:PassRole":
            for principal in passed_to(cell):
                passing = {**context, "iam:PassedToService": principal}
                unique.setdefault(json.dumps(passing, sort_keys=True), passing)
        unique.setdefault(json.dumps(context, sort_keys=True), context)
    return list(unique.values())


def test_no_action_stands_in_a_policy_that_was_not_granted(name: str) -> None:
    """Every action that the policies' patterns match is granted, or a companion that the manifest names."""
    for badge in holders(name):
        granted = {action for cell in cells_of(fixture(name), badge) for action in cell.actions}
        companions = {
            action
            for entry in manifest(name)["grants"]
            if entry["group"] == badge.group
            for action in entry["companions"]
        }
        for pattern in badge.actions:
            service, _, glob = pattern.partition(":")
            matched = {
                f"{service}:{known}"
                for known in load().service(service).names()
                if fnmatchcase(known.lower(), glob.lower())
            }
            assert matched, pattern
            assert matched <= granted | companions, pattern


def test_companions_put_no_mark_on_what_another_environment_holds(name: str) -> None:
    """A tag action that nobody granted neither retags an existing resource nor marks one for another environment."""
    found = fixture(name)
    for badge in holders(name):
        cells = cells_of(found, badge)
        granted = {action for cell in cells for action in cell.actions}
        claims = {
            (action, environment)
            for entry in manifest(name)["claims"]
            if entry["group"] == badge.group
            for action in entry["actions"]
            for environment in entry["environments"]
        }
        nearby = world(name, badge)
        boundary = {key.lower() for place in nearby for key in place.tags}
        for action in sorted({a for a in badge.actions if "*" not in a} - granted):
            facts = facts_of(action)
            for row in facts.rows:
                for request, target in attempts(facts, row, nearby, {}):
                    for place in nearby:
                        tagging = place.tags
                        carried = {f"aws:RequestTag/{key}": value for key, value in tagging.items()}
                        marked = request.with_context(**carried, **{"aws:TagKeys": sorted(tagging)})
                        if request.part != "existing" or not badge.allows(marked):
                            continue
                        unmarked = not any(key.lower() in boundary for key in target.tags)
                        granting = [cell for cell in cells if cell.place == place]
                        assert granting, marked
                        claimed = unmarked and (action, place.environment.name) in claims
                        assert bears_tags(place, target.tags) or claimed, marked
                        if claimed and place.environment.names and row.owner is not None and row.owner.chosen:
                            assert named_for(row, place, target.arn), marked


def test_an_unmet_requirement_denies(name: str) -> None:
    """Without the second factor, or in another region, what needs it is not allowed inside either."""
    found = fixture(name)
    checked = 0
    for badge, cell, _, request in usable(name):
        needed = found.requirements(cell.place.matrix, cell.group, cell.place.environment.name)
        for requirement in needed:
            if requirement.mfa:
                assert not badge.allows(request.with_context(aws__MultiFactorAuthPresent=None)), request
                assert not badge.allows(request.with_context(aws__MultiFactorAuthPresent="false")), request
                checked += 1
            if requirement.mfa_max_age is not None:
                late = str(requirement.mfa_max_age + 1)
                assert not badge.allows(request.with_context(aws__MultiFactorAuthAge=late)), request
                checked += 1
            if requirement.regions is not None:
                assert not badge.allows(request.with_context(aws__RequestedRegion="ap-southeast-2")), request
                checked += 1
    if any("require" in source.data for source in found.sources):
        assert checked


def test_the_naive_evaluator_agrees(name: str) -> None:
    """A sample of all requests above, decided by the one-page evaluator as well."""
    chance = random.Random(20261123)
    for badge in holders(name):
        inside = [request for holder, _, _, request in usable(name) if holder == badge]
        outside = [request for request, _, _ in tries(name, badge)]
        for request in chance.sample(inside, min(40, len(inside))) + chance.sample(outside, min(120, len(outside))):
            assert badge.allows(request) == badge.allows_naively(request), request
