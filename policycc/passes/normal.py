"""The form that the passes start from: the same for all statements of one meaning, however they were written.

Every statement is taken apart into single grants; what is granted twice or can never be used is dropped; what is left
is put together again by equal marks, then equal resources. That is why neither the order of rows nor the way in which a
matrix spreads its grants over cells shows in the output.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from policycc.iam.model import Condition
from policycc.ir.conditions import is_mark, stricter
from policycc.ir.merge import ordered, union
from policycc.ir.statement import Statement
from policycc.passes.context import Context

Point = tuple[str, ...]
"""One value for each condition of a frame that is a mark."""
Conditions = tuple[Condition, ...]


@dataclass(slots=True)
class _Grant:
    """One action on one resource pattern under one frame: conditions whose marks have no values yet."""

    resource: str
    frame: Conditions
    points: dict[Point, set[int]]  # to the places of the statements that it comes from


def normal_form(statements: Iterable[Statement], context: Context) -> tuple[Statement, ...]:
    """Statements of the same meaning, in canonical form."""
    given = list(statements)
    groups: dict[tuple[tuple[str, ...], Conditions], tuple[set[str], set[int]]] = {}
    for actions, places in _alike(given, context):
        grants = _take_apart(actions[0], [(place, given[place]) for place in places], context)
        _drop_covered(actions[0], grants, context)
        boxes: dict[Conditions, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for grant in grants:
            for conditions, sources in _boxes(grant):
                boxes[conditions][grant.resource] |= sources
        for conditions, resources in boxes.items():
            names, sources = groups.setdefault((tuple(sorted(resources)), conditions), (set(), set()))
            names.update(actions)
            sources.update(*resources.values())
    return ordered(
        union((given[i] for i in sorted(sources)), actions=actions, resources=resources, conditions=conditions)
        for (resources, conditions), (actions, sources) in groups.items()
    )


def _alike(statements: list[Statement], context: Context) -> Iterable[tuple[list[str], list[int]]]:
    """The actions in classes that are granted by the same statements and take the same resources, each with the places
    of those statements. What is found out about one action of a class is true of all."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, statement in enumerate(statements):
        for action in context.expand_all(statement.actions):
            places[action].append(place)
    classes: dict[tuple[tuple[int, ...], object], list[str]] = defaultdict(list)
    for action in sorted(places):
        classes[tuple(places[action]), context.kind(action)].append(action)
    return [(actions, list(where)) for (where, _), actions in classes.items()]


def _take_apart(action: str, statements: list[tuple[int, Statement]], context: Context) -> list[_Grant]:
    """The grants of an action by statements with their places, without those that no request can use."""
    found: dict[tuple[str, Conditions], _Grant] = {}
    for place, statement in statements:
        frame, points = _frame(statement.conditions)
        for resource in statement.resources:
            if not context.possible(action, resource):
                continue
            grant = found.setdefault((resource, frame), _Grant(resource, frame, {}))
            for point in points:
                grant.points.setdefault(point, set()).add(place)
    return [found[key] for key in sorted(found)]


@lru_cache(maxsize=16384)
def _frame(conditions: Conditions) -> tuple[Conditions, tuple[Point, ...]]:
    """The conditions without the values of their marks, and those values as points."""
    points: list[Point] = [()]
    for condition in conditions:
        if is_mark(condition):
            points = [(*point, value) for point in points for value in condition.values]
    return tuple(replace(c, values=()) if is_mark(c) else c for c in conditions), tuple(points)


def _fill(frame: Conditions, values: Iterable[Iterable[str]]) -> Conditions:
    """The inverse of `_frame` for one list of values per mark."""
    rest = iter(values)
    return tuple(replace(c, values=tuple(sorted(next(rest)))) if is_mark(c) else c for c in frame)


def _drop_covered(action: str, grants: list[_Grant], context: Context) -> None:
    """Takes away what another grant of the same action gives too."""
    frames = {frame: number for number, frame in enumerate({grant.frame: None for grant in grants})}
    looser = {narrow: [number for wide, number in frames.items() if _may_cover(wide, narrow)] for narrow in frames}
    resources = tuple(grant.resource for grant in grants)
    numbers = [frames[grant.frame] for grant in grants]
    for place, grant in enumerate(grants):
        wide = looser[grant.frame]
        for other_place in context.near(grant.resource, resources):
            if place == other_place or numbers[other_place] not in wide:
                continue
            other = grants[other_place]
            if not context.within(action, grant.resource, (other.resource,)):
                continue
            equal = grant.frame == other.frame and context.within(action, other.resource, (grant.resource,))
            if equal and _shorter(grant, other):
                continue  # two ways of writing the same resources
            for point in list(grant.points):
                wider = _wider(grant.frame, point, other)
                if wider is not None:
                    other.points[wider] |= grant.points.pop(point)


@lru_cache(maxsize=16384)
def _may_cover(wide: Conditions, narrow: Conditions) -> bool:
    """Whether conditions with frame `wide` can be at most as strict as some with frame `narrow`; a cheap first look."""
    return wide == narrow or {(c.operator, c.key.lower()) for c in wide} <= {
        (c.operator, c.key.lower()) for c in narrow
    }


def _shorter(one: _Grant, other: _Grant) -> bool:
    return (len(one.resource), one.resource) < (len(other.resource), other.resource)


def _wider(frame: Conditions, point: Point, other: _Grant) -> Point | None:
    """A point of `other` whose conditions are met whenever those of `frame` at `point` are."""
    if frame == other.frame:
        return point if point in other.points else None
    mine = _fill(frame, ((value,) for value in point))
    return next(
        (p for p in sorted(other.points) if stricter(mine, _fill(other.frame, ((value,) for value in p)))), None
    )


def _boxes(grant: _Grant) -> list[tuple[Conditions, set[int]]]:
    """The points as products of lists, merged along one mark after another."""
    boxes: dict[tuple[frozenset[str], ...], set[int]] = {
        tuple(frozenset((value,)) for value in point): sources for point, sources in sorted(grant.points.items())
    }
    for axis in range(len(next(iter(grant.points), ()))):
        lines: dict[tuple[frozenset[str], ...], list[tuple[frozenset[str], ...]]] = defaultdict(list)
        for box in boxes:
            lines[(*box[:axis], *box[axis + 1 :])].append(box)
        boxes = {
            (*rest[:axis], frozenset().union(*(box[axis] for box in line)), *rest[axis:]): set().union(
                *(boxes[box] for box in line)
            )
            for rest, line in lines.items()
        }
    return [(_fill(grant.frame, box), sources) for box, sources in boxes.items()]
