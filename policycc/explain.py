"""Why an action is allowed or not: the cell, how each resource type is held, the facts behind it, the statements."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policycc.catalogue.holding import RowHolding, tags_to_send
from policycc.catalogue.world import World
from policycc.diagnostics.model import Diagnostics
from policycc.diagnostics.wording import did_you_mean
from policycc.emit.json_target import Emitted
from policycc.iam.model import Condition
from policycc.ir.globs import covers
from policycc.ir.statement import Statement
from policycc.lower.decide import Decision
from policycc.pipeline import Result


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer for a group and an action, an entry per environment; nothing but diagnostics where there is none."""

    group: str
    action: str
    entries: tuple[Mapping[str, Any], ...]
    diagnostics: Diagnostics

    def as_json(self) -> str:
        body = {"group": self.group, "action": self.action, "environments": list(self.entries)}
        return json.dumps(body, indent=2) + "\n"

    def as_text(self) -> str:
        return "".join(f"{line}\n" for entry in self.entries for line in _lines(self.group, self.action, entry))


def explain(result: Result, group: str, action: str, environment: str | None) -> Explanation:
    """Explains one action of one group, in `environment` or in all of them. Names that do not exist, and the errors of
    a matrix that does not compile, are in the diagnostics."""
    from policycc.catalogue.catalogue import load

    found = load().action(action)
    diagnostics = Diagnostics()
    groups = [own.name for matrix in result.matrices for own in matrix.groups]
    environments = [own.name for matrix in result.matrices for own in matrix.environments]
    if not result.matrices:
        return Explanation(group, action, (), result.diagnostics)
    if found is None:
        diagnostics.error("PCC302", f"there is no action `{action}`")
    if group not in groups:
        diagnostics.error("PCC202", f"there is no group `{group}`", help=did_you_mean(group, groups))
    if environment is not None and environment not in environments:
        hint = did_you_mean(environment, environments)
        diagnostics.error("PCC201", f"there is no environment `{environment}`", help=hint)
    if found is None or diagnostics.has_errors:
        return Explanation(group, action, (), diagnostics)
    if not result.decisions:
        return Explanation(group, found.id, (), result.diagnostics)
    entries = tuple(
        entry
        for name, decisions in result.decisions
        for entry in _entries(result, name, decisions, group, found.id, environment)
    )
    return Explanation(group, found.id, entries, diagnostics)


def _entries(
    result: Result, name: str, decisions: tuple[Decision, ...], group: str, action: str, environment: str | None
) -> Iterator[Mapping[str, Any]]:
    matrix = next(matrix for matrix in result.matrices if matrix.name == name)
    if group not in {own.name for own in matrix.groups}:
        return
    made = {one.wish.environment: one for one in decisions if one.wish.group == group and one.wish.action == action}
    for place in matrix.environments:
        if environment not in (None, place.name):
            continue
        one = made.get(place.name)
        if one is None:
            yield {"matrix": name, "environment": place.name, "outcome": "not granted"}
        else:
            yield {"matrix": name, "environment": place.name, **_granted(result, one)}


def _granted(result: Result, one: Decision) -> dict[str, Any]:
    span = one.wish.entry.span
    row_types = [_row(row) for row in one.holding.rows]
    tags = dict(tags_to_send(one.holding.rows))
    label = World.of(result.matrices).label(one.place)
    grant = next(
        (
            entry
            for entry in (result.outcome.grants if result.outcome else ())
            if entry.group == one.wish.group and label in entry.environments and one.wish.action in entry.actions
        ),
        None,
    )
    return {
        "outcome": one.outcome,
        "reason": one.reason,
        "cells": [{"origin": origin} for origin in one.wish.origins],
        "entry": {"text": one.wish.entry.text, "place": str(span) if span is not None else None},
        "types": row_types if one.outcome in ("granted", "omitted") else [],
        "must_send": tags,
        "companions": list(grant.companions) if grant else [],
        "needs": list(grant.needs) if grant else [],
        "escapes": [{"class": escape.id, "decision": made} for escape, made in one.escapes],
        "facts": [{"text": fact.text, "source": fact.source} for fact in one.facts.facts],
        "statements": [
            {"path": item.path, "statement": index}
            for item in result.emitted
            if item.principal.group == one.wish.group and item.principal.account == one.place.account.name
            for index, statement in enumerate(item.statements)
            if _comes_of(statement, item, one)
        ],
    }


def _comes_of(statement: Statement, item: Emitted, one: Decision) -> bool:
    return (
        one.wish.environment in statement.environments
        and item.principal.environment in (None, one.wish.environment)
        and any(covers(pattern.lower(), one.wish.action.lower()) for pattern in statement.actions)
    )


def _row(row: RowHolding) -> dict[str, Any]:
    shared = [pin for pin in row.ways[0].pins if all(pin in way.pins for way in row.ways)] if row.ways else []
    return {
        "type": row.type,
        "required": row.required,
        "how": list(row.how),
        "partly": row.partly,
        "resources": sorted({resource for way in row.ways for resource in way.resources}),
        "must_send": dict(tags_to_send((row,))),
        "pins": [_pin(pin) for pin in shared],
        "ways": [
            {
                "how": way.how,
                "resources": list(way.resources),
                "pins": [_pin(pin) for pin in way.pins if pin not in shared],
            }
            for way in row.ways
        ],
        "reason": row.reason,
        "facts": [{"text": fact.text, "source": fact.source} for fact in row.row.facts] if row.row else [],
    }


def _pin(pin: Condition) -> dict[str, Any]:
    return {"key": pin.key, "operator": pin.operator, "values": list(pin.values)}


def _lines(group: str, action: str, entry: Mapping[str, Any]) -> Iterator[str]:
    reason = f": {entry['reason']}" if entry.get("reason") else ""
    yield f"{group} {action} in {entry['environment']}: {entry['outcome']}{reason}"
    if "cells" not in entry:
        return
    place = entry["entry"]["place"]
    origins = ", ".join(cell["origin"] for cell in entry["cells"])
    yield f"  asked for by {origins}: `{entry['entry']['text']}`" + (f" at {place}" if place else "")
    for row in entry["types"]:
        kind = "" if row["required"] else " (optional)"
        why = f": {row['reason']}" if row["reason"] else ""
        only = f", to {row['partly']} only" if row["partly"] else ""
        yield f"  {row['type']}{kind}: {', '.join(row['how'])}{only}{why}"
        yield from (f"      {resource}" for resource in row["resources"])
        if row["must_send"]:
            yield f"      the caller must send the tags {_tags(row['must_send'])} for it"
        yield from (f"      the call must show {_shown(pin)}" for pin in row["pins"])
        for way in row["ways"]:
            if way["pins"]:
                yield f"      {way['how']} where the call shows {' and '.join(_shown(pin) for pin in way['pins'])}"
        yield from (f"      {fact['text']} [{fact['source']}]" for fact in row["facts"])
    for key, words in (("companions", "granted besides, to tag on create"), ("needs", "AWS also checks")):
        if entry[key]:
            yield f"  {words}: {', '.join(entry[key])}"
    yield from (f"  escape class {escape['class']}: {escape['decision']}" for escape in entry["escapes"])
    yield from (f"  {fact['text']} [{fact['source']}]" for fact in entry["facts"])
    yield from (f"  statement {item['statement']} of {item['path']}" for item in entry["statements"])


def _tags(tags: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in tags.items())


def _shown(pin: Mapping[str, Any]) -> str:
    return f"{pin['key']}: {' or '.join(pin['values'])}"
