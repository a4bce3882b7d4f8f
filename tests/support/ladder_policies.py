"""Correct policies without a compiler: one statement for each way in which the ladder holds a grant.

Nothing is merged and nothing is small; what the statements mean is what the matrix asks for. The prover is tested on
these, and on ways to break them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.holding import TagKeys, TagRule, Verdict, Way
from policycc.catalogue.language import render as render_arn
from policycc.catalogue.regions import global_region
from policycc.catalogue.spellings import other_spellings
from policycc.catalogue.world import Place
from policycc.model.matrix import Matrix, Requirement
from policycc.verify.holders import holders, scene
from policycc.verify.intent import Companion, Holder, Scene, companions_of

Test = tuple[str, str, tuple[str, ...]]
Json = dict[str, Any]


def ladder_policies(matrices: tuple[Matrix, ...], catalogue: Catalogue) -> dict[str, bytes]:
    """A policy for each principal and matrix, by path."""
    world = scene(matrices, catalogue)
    found: dict[str, list[Json]] = {}
    for holder in holders(matrices, world.world, catalogue):
        for matrix, statement in _statements(world, holder):
            found.setdefault(f"{holder.account}/{matrix}-{holder.name}.json", []).append(statement)
    return {path: render(_merged(statements)) for path, statements in found.items()}


def render(statements: Iterable[Json]) -> bytes:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=1).encode()


def _statements(scene: Scene, holder: Holder) -> Iterator[tuple[str, Json]]:
    for action, places in holder.grants.items():
        facts = scene.facts(action)
        service = facts.action.service
        if scene.residual(holder, facts) is not None:
            for required in _required(scene, holder, scene.reached(places[0]), service):
                yield places[0].matrix, _statement(action, ["*"], required)
            continue
        for place in places:
            holding = scene.holding(holder, facts, place)
            for row in holding.rows if holding.verdict is Verdict.HELD else ():
                for way in row.ways:
                    met = scene.world.account_places(place) if way.how == "account" else (place,)
                    for required in _required(scene, holder, met, service):
                        yield place.matrix, _statement(action, way.resources, [*_tests(way), *required])
    for action, companions in companions_of(scene, holder).items():
        for companion in companions:
            made = _made(scene, action, companion) if companion.key is not None else _claimed(scene, action, companion)
            for required in _required(scene, holder, (companion.place,), action.partition(":")[0]) if made else ():
                tests = [*_companion(scene, companion), *required]
                yield companion.place.matrix, _statement(action, made, tests)


def _made(scene: Scene, action: str, companion: Companion) -> list[str]:
    """The ARNs of the types that the creates make."""
    place = companion.place
    return [
        render_arn(row.arn, place.partition, place.account.id)
        for row in scene.facts(action).rows
        if row.type in companion.types
    ] or ["*"]


def _claimed(scene: Scene, action: str, companion: Companion) -> list[str]:
    """The ARNs, by the environment's names, of what is made and tagged without a key that would say so."""
    place = companion.place
    return [
        render_arn(row.arn, place.partition, place.account.id, row.owner.variable, name)
        for row in scene.facts(action).rows
        if row.type in companion.tagged and row.owner is not None and row.owner.chosen
        for name in place.environment.names
    ]


def _tests(way: Way) -> list[Test]:
    found: list[Test] = [("StringEquals", key, (value,)) for key, value in (*way.resource_tags, *way.request_tags)]
    found += [(pin.operator, pin.key, pin.values) for pin in way.pins]
    return found + (_guard(way.tag_keys) if way.tag_keys else [])


def _guard(guard: TagKeys) -> list[Test]:
    if guard.rule is TagRule.UNTOUCHED:
        return [
            ("ForAllValues:StringNotEqualsIgnoreCase", "aws:TagKeys", guard.keys),
            ("Null", "aws:TagKeys", ("false",)),
        ]
    operator = "StringEquals" if guard.rule is TagRule.ONLY else "StringNotEquals"
    return [(f"ForAllValues:{operator}", "aws:TagKeys", guard.keys)]


def _companion(scene: Scene, companion: Companion) -> list[Test]:
    tags = companion.place.environment.tags
    found: list[Test] = [("StringEquals", f"aws:RequestTag/{key}", (value,)) for key, value in tags]
    if companion.key is not None:
        found.append(("StringEquals", companion.key, companion.creates))
    else:
        found += [("Null", f"aws:ResourceTag/{key}", ("true",)) for key, _ in tags]
    known = scene.matrices[companion.place.matrix].tagging.keys
    if known is not None:
        return [*found, *_guard(TagKeys(TagRule.ONLY, tuple(sorted({*known, *(key for key, _ in tags)}))))]
    spellings = [form for key, _ in tags if len(key) <= 5 for form in other_spellings(key)]
    return [*found, *(_guard(TagKeys(TagRule.NOT, tuple(spellings))) if spellings else [])]


def _required(scene: Scene, holder: Holder, places: Iterable[Place], service: str) -> list[list[Test]]:
    """The alternatives that meet every `[[require]]` in all of the places."""
    entries = [
        (place, entry)
        for place in places
        for entry in scene.matrices[place.matrix].requires
        if holder.group in entry.groups and place.name in entry.environments
    ]
    found: list[list[Test]] = [[]]
    for place, entry in entries:
        common = _common(entry, global_region(service, place.partition))
        sources = _sources(entry)
        found = [[*one, *common, *source] for one, source in product(found, sources)]
    return [list(dict.fromkeys(tests)) for tests in found]


def _common(entry: Requirement, home: str | None) -> list[Test]:
    found: list[Test] = []
    if entry.mfa:
        found.append(("Bool", "aws:MultiFactorAuthPresent", ("true",)))
    if entry.mfa_max_age is not None:
        found.append(("NumericLessThan", "aws:MultiFactorAuthAge", (str(entry.mfa_max_age),)))
    if entry.regions is not None:
        found.append(("StringEquals", "aws:RequestedRegion", (*entry.regions, *([home] if home else []))))
    return found


def _sources(entry: Requirement) -> list[list[Test]]:
    found: list[list[Test]] = []
    if entry.source_ips is not None:
        found.append([("IpAddress", "aws:SourceIp", entry.source_ips)])
    if entry.source_vpcs is not None:
        found.append([("StringEquals", "aws:SourceVpc", entry.source_vpcs)])
    if entry.source_vpc_endpoints is not None:
        found.append([("StringEquals", "aws:SourceVpce", entry.source_vpc_endpoints)])
    if found and entry.via_aws_services:
        found.append([("Bool", "aws:ViaAWSService", ("true",))])
    return found or [[]]


def _statement(action: str, resources: Iterable[str], tests: Iterable[Test]) -> Json:
    condition: dict[str, dict[str, list[str]]] = {}
    for operator, key, values in tests:
        condition.setdefault(operator, {})[key] = list(values)
    statement: Json = {"Effect": "Allow", "Action": [action], "Resource": sorted(resources)}
    return {**statement, "Condition": condition} if condition else statement


def _merged(statements: Iterable[Json]) -> list[Json]:
    """Actions with the same resources and conditions in one statement."""
    found: dict[str, Json] = {}
    for statement in statements:
        key = json.dumps([statement["Resource"], statement.get("Condition")], sort_keys=True)
        known = found.setdefault(key, {**statement, "Action": []})
        known["Action"] = sorted({*known["Action"], *statement["Action"]})
    return list(found.values())
