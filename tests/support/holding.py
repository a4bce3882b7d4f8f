"""Policies straight from holdability: one statement for each way in which a type is held, nothing merged or packed.

With them the questions of `meaning` can be put to the decisions alone, before any template, pass or packing has
touched them: what is wrong here is wrong in the ladder.
"""

from __future__ import annotations

import json
from typing import Any

from policycc.catalogue.holdability import hold
from policycc.catalogue.holding import Ask, TagRule, Verdict, Way
from policycc.catalogue.types import Level
from policycc.catalogue.world import Place as WorldPlace
from policycc.catalogue.world import World
from policycc.model.matrix import Requirement
from tests.support.facts import facts_of
from tests.support.matrices import Cell, Fixture
from tests.support.meaning import Build, passed_to

Json = dict[str, Any]

_RULES = {
    TagRule.ONLY: "ForAllValues:StringEquals",
    TagRule.NOT: "ForAllValues:StringNotEquals",
    TagRule.UNTOUCHED: "ForAllValues:StringNotEqualsIgnoreCase",
}


def held(fixture: Fixture) -> Build:
    """A build whose policies hold a statement per way; reads that cannot be held are residuals, other actions left out.

    The account rung is left to the compiler, so an account counts as shared with others here."""
    world = World(tuple(WorldPlace(p.matrix, p.partition, p.environment, p.account) for p in fixture.places()))
    statements: dict[tuple[str, str], list[Json]] = {}
    grants: list[Json] = []
    residuals: list[Json] = []
    for cell in fixture.cells():
        account = cell.place.account.name
        mine = statements.setdefault((account, cell.group), [])
        needed = fixture.requirements(cell.place.matrix, cell.group, cell.place.environment.name)
        for action in sorted(cell.actions):
            facts = facts_of(action)
            place = world.place(cell.place.matrix, cell.place.environment.name)
            holding = hold(world, place, facts, Ask(_tagging_keys(fixture, cell), passes=passed_to(cell)))
            outcome = "omitted"
            if holding.verdict is Verdict.HELD:
                outcome = "granted"
                mine += [_statement(action, way, needed) for row in holding.rows for way in row.ways]
            elif holding.verdict is Verdict.UNHOLDABLE and facts.action.level <= Level.READ and not facts.secret:
                outcome = "residual"
                mine.append({"Effect": "Allow", "Action": action, "Resource": "*"})
                residuals.append({"group": cell.group, "account": account, "actions": [action]})
            grants.append(
                {
                    "group": cell.group,
                    "environments": [fixture.label(cell.place)],
                    "actions": [action],
                    "how": {row.type: list(row.how) for row in holding.rows},
                    "outcome": outcome,
                    "companions": [],
                }
            )
    principals = []
    files: dict[str, bytes] = {}
    for (account, group), found in statements.items():
        path = f"{account}/{group}.json"
        principals.append({"account": account, "name": group, "group": group, "policies": [{"path": path}]})
        files[path] = json.dumps({"Version": "2012-10-17", "Statement": found}).encode()
    manifest = {"principals": principals, "grants": grants, "residuals": residuals, "claims": []}
    return Build(fixture, {**files, "manifest.json": json.dumps(manifest).encode()})


def _tagging_keys(fixture: Fixture, cell: Cell) -> tuple[str, ...] | None:
    source = next(source for source in fixture.sources if source.name == cell.place.matrix)
    keys = source.data.get("tagging", {}).get("keys")
    return None if keys is None else tuple(keys)


def _statement(action: str, way: Way, needed: tuple[Requirement, ...]) -> Json:
    condition: dict[str, Json] = {}
    for key, value in (*way.resource_tags, *way.request_tags):
        condition.setdefault("StringEquals", {})[key] = value
    for pin in way.pins:
        condition.setdefault(pin.operator, {})[pin.key] = list(pin.values)
    if way.tag_keys is not None:
        condition.setdefault(_RULES[way.tag_keys.rule], {})["aws:TagKeys"] = list(way.tag_keys.keys)
        if way.tag_keys.rule is TagRule.UNTOUCHED:
            condition.setdefault("Null", {})["aws:TagKeys"] = "false"
    for requirement in needed:
        if requirement.mfa:
            condition.setdefault("Bool", {})["aws:MultiFactorAuthPresent"] = "true"
        if requirement.regions:
            condition.setdefault("StringEquals", {})["aws:RequestedRegion"] = [*requirement.regions, "us-east-1"]
    return {"Effect": "Allow", "Action": action, "Resource": list(way.resources), "Condition": condition}
