"""What the promise intends for a request, and the requests that try to get more.

`belongs` is product.md's definition of a resource that belongs to an environment; `intended` says whether some grant
asks for a request; `attempts` are the requests of an action on everything that could be near: resources of every
environment, unmarked ones, half-marked ones, marks in other letters, other people's names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from policycc.catalogue.facts import ActionFacts, ActionKind, Part, RowFacts, Support
from policycc.catalogue.types import Level
from tests.support.canonical import (
    GLOBAL_SERVICES,
    REGION,
    Context,
    Place,
    Request,
    bounded,
    is_role,
    network,
    own_arns,
    parts,
    pinned,
    render,
    request_tags,
    resource_tags,
    sample,
    tagging,
)

Tags = Mapping[str, str]
UPDATE = ActionKind.UPDATE_WITH_TAGS


@dataclass(frozen=True)
class Target:
    """A resource as it is: its ARN, and the tags that it bears or is to bear."""

    arn: str
    tags: Tags


def glob_matches(glob: str, text: str) -> bool:
    pattern = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in glob)
    return re.fullmatch(pattern, text, re.DOTALL) is not None


def owner_name(row: RowFacts, arn: str) -> str | None:
    """The value of the variable that names the owner, where people choose it."""
    if row.owner is None or not row.owner.chosen:
        return None
    pieces = re.split(r"\$\{(\w+)\}", row.arn)
    expression = ""
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            expression += re.escape(piece)
        elif piece == row.owner.variable:
            # A name ends before the next separator; only a dash may stand in the name too.
            end = pieces[index + 1][:1]
            expression += f"(?P<owner>[^{end}]+)" if end and end in "/:" else "(?P<owner>.+)"
        else:
            expression += ".*"
    match = re.fullmatch(expression, arn)
    return match.group("owner") if match else None


def bears_tags(place: Place, tags: Tags) -> bool:
    """All boundary tags, each key in one spelling."""
    folded = [key.lower() for key in tags]
    return all(tags.get(key) == value and folded.count(key.lower()) == 1 for key, value in place.tags.items())


def named_for(row: RowFacts, place: Place, arn: str) -> bool:
    """Its owner name, IAM path or ARN is declared for the place."""
    environment = place.environment
    if any(glob_matches(glob, arn) for glob in environment.arns):
        return True
    if is_role(row):
        return any(arn.split(":", 5)[5].startswith(f"role{path}") for path in environment.roles)
    name = owner_name(row, arn)
    return name is not None and any(glob_matches(glob, name) for glob in environment.names)


def belongs(row: RowFacts, place: Place, target: Target) -> bool:
    taggable = row.resource_tag is not Support.NO
    return (taggable and bears_tags(place, target.tags)) or named_for(row, place, target.arn)


# --- targets and attempts ----------------------------------------------------------------------------------------


def targets(row: RowFacts, world: tuple[Place, ...], *, few: bool = False) -> Iterator[Target]:
    """Resources of the row's type, marked in every way that could be mistaken for another; or in a `few` ways."""
    arns = {arn for place in world for arn in own_arns(row, place)}
    region = "us-east-1" if row.service in GLOBAL_SERVICES else REGION
    arns |= {render(row, place, name="other-thing-x1", opaque="f9e8d7", region=region) for place in world[:1]}
    for place in () if few else world:
        for glob in place.environment.names[:1]:
            cut = sample(glob, "").rstrip("-")
            arns.add(render(row, place, name=sample(glob).upper(), region=region))
            arns.add(render(row, place, name=f"{cut}x-1", region=region))
        for path in place.environment.roles if is_role(row) else ():
            arns.add(f"arn:{place.partition}:iam::{place.number}:role{path.rstrip('/')}x/app")
            arns.add(f"arn:{place.partition}:iam::{place.number}:role/elsewhere{path}app")
    for arn, tags in product(sorted(arns), _tag_sets(world, few)):
        yield Target(arn, tags)


def _tag_sets(world: tuple[Place, ...], few: bool) -> list[Tags]:
    sets: list[Tags] = [{}]
    for place in world:
        own = place.tags
        sets.append(own)
        if few:
            sets.append(dict([*own.items()][:-1]))
            continue
        sets.append({key: value.upper() for key, value in own.items()})
        sets.append({key: value.capitalize() for key, value in own.items()})
        sets.append({key: f"{value}x" for key, value in own.items()})
        sets.append(dict.fromkeys(own, "*"))
        sets += [{**own, key.swapcase(): "another"} for key in own]
        if len(own) > 1:
            for left_out in own:
                sets.append({key: value for key, value in own.items() if key != left_out})
        for other in world:
            for key in own:
                if other.tags.get(key) not in (None, own[key]):
                    sets.append({**own, key: other.tags[key]})
    unique: dict[tuple[tuple[str, str], ...], Tags] = {}
    for tags in sets:
        unique.setdefault(tuple(sorted(tags.items())), tags)
    return list(unique.values())


def attempts(
    facts: ActionFacts, row: RowFacts, world: tuple[Place, ...], common: Context
) -> Iterator[tuple[Request, Target]]:
    """Requests of the action on every target, as existing resources and, where the call creates, as new ones."""
    place = world[0]
    pins: list[Context] = [{}]
    pins = _unique(
        pins + [{**pinned((*row.keys, *row.pinned, *facts.pinned), other), **bounded(facts, other)} for other in world]
    )
    carried = _carried(facts, row, world)
    around = {**common, **network(row, place)}
    # A tag action names dozens of types and brings dozens of tags: fewer targets keep the product small.
    for target in targets(row, world, few=facts.action.level is Level.TAGGING):
        for part in parts(row, facts):
            if part == "existing" and len({key.lower() for key in target.tags}) < len(target.tags):
                continue  # which of two spellings IAM compares is not defined
            tagged = (
                resource_tags(row, place, target.tags) if part == "existing" else request_tags(row, facts, target.tags)
            )
            for extra, pin in product(carried if part == "existing" else [{}], pins):
                context = {**around, **extra, **pin, **tagged}
                yield Request(facts.action.id, target.arn, row.type, part, context), target


def _carried(facts: ActionFacts, row: RowFacts, world: tuple[Place, ...]) -> list[Context]:
    """Tags that a call on an existing resource may bring: none, each environment's, each environment's one by one, in
    other letters, and a harmless one."""
    if facts.action.level is Level.TAGGING:
        brought: list[Tags] = [{"Name": "x"}]
        for place in world:
            brought.append(place.tags)
            brought.append({**place.tags, "Name": "x"})
            for key, value in place.tags.items():
                brought += [{key: value}, {key.upper(): value}, {key.capitalize(): value, "Name": "x"}]
    else:
        brought = [place.tags for place in world]
    return _unique([{}, *(tagging(row, facts, tags) for tags in brought)])


def _unique(contexts: list[Context]) -> list[Context]:
    found: dict[str, Context] = {}
    for context in contexts:
        found.setdefault(repr(sorted(context.items())), context)
    return list(found.values())


def brings(request: Request) -> dict[str, str]:
    """The tags that the request carries; keys without a value where only the keys are told."""
    prefix = "aws:requesttag/"
    told = {key[len(prefix) :]: str(value) for key, value in request.context.items() if key.lower().startswith(prefix)}
    keys = request.context.get("aws:TagKeys", ())
    return {**dict.fromkeys(keys, ""), **told}


def moves_a_mark(
    facts: ActionFacts,
    row: RowFacts,
    request: Request,
    target: Target,
    granted: tuple[Place, ...],
    world: tuple[Place, ...],
) -> bool:
    """Whether an allowed call would change or remove a boundary tag of the resource, or put part of a mark on it."""
    writes = facts.action.level is Level.TAGGING or row.part is Part.UPSERTED or facts.kind is UPDATE
    if request.part != "existing" or not writes:
        return False
    boundary = {key.lower() for place in world for key in place.tags}
    touched = {key: value for key, value in brings(request).items() if key.lower() in boundary}
    if not touched:
        return False
    if facts.kind is ActionKind.UNTAG:
        return True
    if all(target.tags.get(key) == value for key, value in touched.items()):
        return False
    unmarked = not any(key.lower() in boundary for key in target.tags)
    # A name of an environment beside tags of another is a mark that disagrees; the promise takes marks to agree.
    return not any(touched == place.tags and (unmarked or named_for(row, place, target.arn)) for place in granted)


def intended(
    facts: ActionFacts,
    row: RowFacts,
    request: Request,
    target: Target,
    granted: tuple[Place, ...],
    world: tuple[Place, ...],
) -> bool:
    """Whether a grant in one of the `granted` places asks for the request. Residuals are the caller's business."""
    if world[0].account.exclusive and set(granted) >= set(world):
        return True  # held by the account: nothing else lives there
    if request.part == "new":
        return any(may_create(facts, row, place, target) for place in granted)
    if any(belongs(row, place, target) for place in granted):
        return True
    if not granted:
        return False
    shared = [place for place in world if place.environment.shared and row.part is Part.INPUT]
    return any(belongs(row, place, target) for place in shared) or aws_owns(row, request)


def may_create(facts: ActionFacts, row: RowFacts, place: Place, target: Target) -> bool:
    """The new resource bears the boundary tags where it can carry any, and its name fits where people choose it."""
    named = named_for(row, place, target.arn)
    chosen = facts.name_chosen and row.owner is not None and row.owner.chosen and bool(place.environment.names)
    if chosen and not named:
        return False
    if row.request_tag and bears_tags(place, target.tags):
        return True
    return named and (not row.request_tag or row.part is Part.UPSERTED)


def aws_owns(row: RowFacts, request: Request) -> bool:
    for owned in row.aws_owned:
        if not glob_matches(re.sub(r"\$\{\w+\}", "*", owned.arn), request.resource):
            continue
        if owned.condition is None:
            return True
        _, key, value = owned.condition
        if request.context.get(key) == value:
            return True
    return False
