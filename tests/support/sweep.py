"""Every action of the catalogue, granted alone to one group in one of two environments.

The matrix declares all that could hold something: tags, names, roles, a permissions boundary and both opt-in features.
Each action is decided and lowered by itself, without passes and packing, so that what it means is what is asked. The
questions are those of `meaning`; the requests come from the facts of the catalogue, never from the compiler.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from policycc.catalogue.catalogue import load
from policycc.catalogue.world import World
from policycc.ir.statement import Statement
from policycc.lower.decide import Accepts, Decider, Decision
from policycc.lower.outcome import account
from policycc.lower.program import Writer
from policycc.lower.templates import Templates
from policycc.lower.wishes import Wish
from policycc.model.load import load_documents
from policycc.model.matrix import Matrix
from policycc.model.roles import Roles
from policycc.source.read import read_text
from tests.support import meaning
from tests.support.matrices import Cell, Fixture, Source, places

MATRIX = """
version = 1
name = "webshop"
[accounts.main]
id = "111111111111"
features = ["dynamodb-abac", "s3-abac"]
[environments."*"]
tags = { app = "{name}", env = "{environment}" }
names = ["{name}-{environment}-*"]
roles = ["/{name}/{environment}/"]
permissions_boundary = "{name}-{environment}-boundary"
[environments.dev]
[environments.prod]
[tagging]
keys = ["Name"]
[access.team]
dev = ["ec2:DescribeInstances"]
"""
GROUP = "team"


@dataclass(frozen=True)
class Swept:
    """What became of one action. `how` are the ways that hold its types; `problems` are requests and gaps that should
    not be there."""

    action: str
    outcome: str
    why: str
    how: str
    reason: str
    rows: bool
    problems: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        return self.action.partition(":")[0]

    @property
    def label(self) -> str:
        """The outcome and how, as the tables count them."""
        return f"{self.outcome} by {self.how}" if self.outcome == "granted" else f"{self.outcome} ({self.why})"

    @property
    def is_exception(self) -> bool:
        """Neither granted, nor an escape, nor without a resource: somebody has to have looked at the reason."""
        return self.outcome != "granted" and self.why != "escape" and self.rows


@dataclass(frozen=True)
class OneGrant(Fixture):
    """The matrix with one action for the group in dev, and nothing in prod."""

    action: str = ""

    def cells(self) -> tuple[Cell, ...]:
        (dev,) = (place for place in self.places() if place.environment.name == "dev")
        return (Cell(GROUP, dev, frozenset({self.action})),)

    def places(self) -> tuple[Any, ...]:
        return _places()


def actions(services: Iterable[str] | None = None) -> Iterator[str]:
    """Every action of the services, or of all."""
    catalogue = load()
    for service in services or catalogue.services():
        for name in catalogue.service(service).names():
            yield f"{service}:{name}"


def decide(action: str) -> Swept:
    """What becomes of the action, with nothing asked of the policy."""
    return _swept(decision(action))


def sweep(action: str) -> Swept:
    """What becomes of the action, and everything that is wrong with what was decided and written."""
    made = decision(action)
    swept = _swept(made)
    build = _build(made)
    problems = [*_gaps(swept), *_wrong(build)]
    return Swept(swept.action, swept.outcome, swept.why, swept.how, swept.reason, swept.rows, tuple(problems))


def written(*granted: str) -> list[dict[str, Any]]:
    """The statements of a policy that grants the actions and nothing else."""
    return _statements(_decisions(granted), _writer())


def _gaps(swept: Swept) -> Iterator[str]:
    if swept.outcome not in ("granted", "residual", "split", "omitted"):
        yield f"no definite outcome: {swept.outcome}"
    if swept.outcome != "granted" and not swept.reason:
        yield f"{swept.outcome} without a reason"
    if swept.outcome == "granted" and not swept.how:
        yield "granted without a way"


def _wrong(build: meaning.Build) -> Iterator[str]:
    yield from (f"denied inside: {request}" for _, request in meaning.denied_inside(build)[:2])
    yield from (f"half granted: {text}" for text in meaning.half_granted(build))
    yield from (f"allowed although left out: {found}" for found in meaning.allowed_although_left_out(build))
    yield from (f"leak: {request} {tags}" for _, request, tags in _first(meaning.leaks(build)))
    yield from (f"leak: {request}" for _, request in _first(meaning.rowless_leaks(build)))
    yield from (f"companion {what}: {request}" for what, request in _first(meaning.broken_companions(build)))
    yield from (f"retag: {request}" for _, request in _first(meaning.retags(build)))
    yield from (f"unasked: {pattern}" for _, pattern in _first(meaning.unasked_actions(build)))


def _first(found: Iterator[Any]) -> Iterator[Any]:
    """The first two: one hole opens many requests."""
    for _, one in zip(range(2), found, strict=False):
        yield one


# --- compiling one action ----------------------------------------------------------------------------------------


@cache
def _matrix() -> Matrix:
    (matrix,), diagnostics = load_documents([read_text(MATRIX, "matrix.toml")])
    assert not diagnostics.has_errors, list(diagnostics)
    return matrix


@cache
def _world() -> World:
    return World.of((_matrix(),))


@cache
def _source() -> Source:
    return Source(Path("matrix.toml"), tomllib.loads(MATRIX))


@cache
def _places() -> tuple[Any, ...]:
    return tuple(places(_source()))


def decision(action: str) -> Decision:
    """How the action is held in dev, granted alone."""
    (made,) = _decisions([action])
    return made


def _decisions(granted: Iterable[str]) -> tuple[Decision, ...]:
    matrix = _matrix()
    (group,) = matrix.groups
    entry = matrix.cells[0].entries[0]
    wishes = [Wish(GROUP, "dev", action, ("access.team.dev",), False, entry) for action in granted]
    return Decider(matrix, _world(), load(), Accepts(()), Roles()).group(group, wishes)


def _writer() -> Writer:
    return Writer(_matrix(), _world(), load(), _templates(), Roles())


def _statements(decisions: Iterable[Decision], writer: Writer) -> list[dict[str, Any]]:
    (group,) = _matrix().groups
    writer.add(group, decisions)
    return [_json(statement) for _, own in writer.statements() for statement in own]


def _swept(decision: Decision) -> Swept:
    ways = {how for row in decision.holding.rows for how in row.how if how != "left-out"}
    held = "+".join(sorted(ways)) if decision.outcome == "granted" else ""
    rows = bool(decision.facts.rows)
    return Swept(decision.wish.action, decision.outcome, decision.why, held, decision.reason, rows)


def _build(decision: Decision) -> meaning.Build:
    writer = _writer()
    statements = _statements((decision,), writer)
    book = account(_matrix(), _world(), (decision,), writer.companions, Roles())
    policies = [{"path": "team.json"}] if statements else []
    principal = {"account": "main", "name": GROUP, "group": GROUP, "policies": policies}
    manifest = {
        "principals": [principal],
        "grants": [
            {
                "group": grant.group,
                "environments": list(grant.environments),
                "actions": list(grant.actions),
                "outcome": grant.outcome,
                "how": {type_name: list(how) for type_name, how in grant.how},
                "companions": list(grant.companions),
                "partly": {type_name: found[0] for type_name, found in grant.partly},
            }
            for grant in book.grants
        ],
        "residuals": [
            {"group": one.group, "account": one.account, "actions": list(one.actions)} for one in book.residuals
        ],
        "claims": [
            {"group": one.group, "actions": list(one.actions), "environments": list(one.environments)}
            for one in book.claims
        ],
    }
    files = {"manifest.json": json.dumps(manifest).encode()}
    files["team.json"] = json.dumps({"Version": "2012-10-17", "Statement": statements}).encode()
    fixture = OneGrant("sweep", Path(), (_source(),), decision.wish.action)
    return meaning.Build(fixture, files)


@cache
def _templates() -> Templates:
    return Templates(None)


def _json(statement: Statement) -> dict[str, Any]:
    conditions: dict[str, dict[str, list[str]]] = {}
    for condition in statement.conditions:
        conditions.setdefault(condition.operator, {})[condition.key] = list(condition.values)
    found: dict[str, Any] = {"Effect": "Allow", "Action": sorted(statement.actions)}
    found["Resource"] = sorted(statement.resources)
    return {**found, "Condition": conditions} if conditions else found
