"""What is known of an action, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policycc.catalogue.facts import ActionFacts, Fact, KeyHold, Part, RowFacts, Support

_PARTS = {
    Part.EXISTING: "read or changed",
    Part.INPUT: "taken as input; may be shared or AWS's own",
    Part.CREATED: "created by the call",
    Part.UPSERTED: "created, or overwritten by name",
    Part.SOURCE: "read, to be copied",
    Part.COPIED: "both source and target of the copy",
    Part.UNDECIDED: "not known whether created or used",
}
_TAGS = {
    Support.CONFIRMED: "tags can be tested",
    Support.CLAIMED: "tags can be tested, as AWS's tables claim",
    Support.OPT_IN: "tags can be tested once {feature} is switched on",
    Support.NO: "tags cannot be tested",
}


def action_row(facts: ActionFacts) -> dict[str, Any]:
    """One line of a list of actions."""
    return {
        "action": facts.action.id,
        "level": facts.action.level.name.lower(),
        "kind": facts.kind.value,
        "types": [{"type": row.type, "required": row.required} for row in facts.rows],
    }


def action_view(facts: ActionFacts) -> dict[str, Any]:
    """Everything that is known of an action, as JSON."""
    writer = facts.tag_writer
    return {
        **action_row(facts),
        "types": [_row_view(row) for row in facts.rows],
        "creates": list(facts.creates_outside_rows),
        "request_tags": facts.request_tag,
        "name_chosen": facts.name_chosen,
        "companions": list(facts.companions),
        "create_action_key": facts.create_action_key,
        "passes": list(facts.passes),
        "shows_secrets": facts.secret,
        "data": facts.data,
        "tag_writer": None if writer is None else {"kind": writer.kind, "refused": writer.refused},
        "keys": [_key_view(key) for key in facts.keys],
        "pinned": [_key_view(key) for key in facts.pinned],
        "unchecked": list(facts.unchecked),
        "escapes": [{"class": one.id, "kind": one.kind.value, "when": one.when} for one in facts.escapes],
        "facts": [_fact_view(fact) for fact in facts.facts],
    }


def action_text(facts: ActionFacts, description: str) -> str:
    """Everything that is known of an action, to be read."""
    return "\n".join(_lines(facts, description)) + "\n"


def _lines(facts: ActionFacts, description: str) -> Iterator[str]:
    yield f"{facts.action.id}  ({facts.action.level.name.lower()}, {facts.kind.value})"
    yield f"  {description}"
    if not facts.rows:
        yield "  takes no resource"
    for row in facts.rows:
        yield ""
        yield f"  {row.type} ({'required' if row.required else 'optional'}): {_PARTS[row.part]}"
        yield f"    {row.arn}"
        yield f"    {_TAGS[row.resource_tag].format(feature=row.feature)}"
        if row.request_tag:
            yield "    the tags of the request can be tested"
        if row.owner is not None:
            yield f"    held by name through {row.owner.variable}" + ("" if row.owner.chosen else ", which AWS chooses")
        for owned in row.aws_owned:
            yield f"    AWS's own: {owned.arn}" + (f" with {' '.join(owned.condition)}" if owned.condition else "")
        yield from (f"    {fact.text}\n      {fact.source}" for fact in row.facts)
    yield ""
    yield from _rest(facts)


def _rest(facts: ActionFacts) -> Iterator[str]:
    if facts.creates_outside_rows:
        yield f"  creates, outside these types: {', '.join(facts.creates_outside_rows)}"
    if facts.companions:
        key = f" with {facts.create_action_key}" if facts.create_action_key else ""
        yield f"  with tags in the call AWS also checks {', '.join(facts.companions)}{key}"
    if facts.passes:
        yield f"  passes a role to {', '.join(facts.passes)}"
    for verb, holds in (("can be held by", facts.keys), ("must be pinned by", facts.pinned)):
        yield from (f"  {verb} {hold.key} ({_values(hold)})" for hold in holds)
    if facts.unchecked:
        yield f"  binds without a check: {', '.join(facts.unchecked)}"
    if facts.tag_writer is not None:
        refused = f"; never granted: {facts.tag_writer.refused}" if facts.tag_writer.refused else ""
        yield f"  writes tags ({facts.tag_writer.kind}){refused}"
    if facts.secret:
        yield "  shows secrets or content although it is a read"
    yield from (f"  escape {one.id} ({one.kind.value}): {one.when}" for one in facts.escapes)
    yield from (f"  {fact.text}\n    {fact.source}" for fact in facts.facts)


def _row_view(row: RowFacts) -> dict[str, Any]:
    return {
        "type": row.type,
        "required": row.required,
        "part": row.part.value,
        "arn": row.arn,
        "resource_tags": row.resource_tag.value,
        "tag_key": row.tag_key,
        "feature": row.feature,
        "request_tags": row.request_tag,
        "owner": None if row.owner is None else {"variable": row.owner.variable, "chosen": row.owner.chosen},
        "vpc_key": row.vpc_key,
        "aws_owned": [owned.arn for owned in row.aws_owned],
        "keys": [_key_view(key) for key in row.keys],
        "pinned": [_key_view(key) for key in row.pinned],
        "supplied": sorted(row.supplied),
        "facts": [_fact_view(fact) for fact in row.facts],
    }


def _key_view(key: KeyHold) -> dict[str, Any]:
    return {
        "key": key.key,
        "operator": key.operator,
        "value_types": list(key.value_types),
        "fixed": list(key.fixed),
        "source": key.source,
    }


def _values(key: KeyHold) -> str:
    return ", ".join(key.fixed or key.value_types) or "a name"


def _fact_view(fact: Fact) -> dict[str, str]:
    return {"text": fact.text, "source": fact.source}
