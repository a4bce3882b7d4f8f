"""The canonical form of an outcome: sorted, without repeats, and with entries that agree in all else made one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import fields, replace
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from policycc.ir.outcome import Grant, Outcome

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Entry = TypeVar("_Entry", bound="DataclassInstance")


def canonical(outcome: Outcome) -> Outcome:
    """The same outcome in the one form in which a manifest shows it, whatever the order in which it was put together.

    References such as `residuals[0]` in a proof mean the positions here, so an outcome is made canonical before it is
    proved. Raises ValueError if an action of a group in an environment has two outcomes: then the grants do not add
    up."""
    _check_single(outcome.grants)
    return replace(
        outcome,
        matrices=_in_order(outcome.matrices),
        accounts=_in_order(outcome.accounts),
        grants=_in_order(_fold(_fold(_by_action(outcome.grants), "environments"), "actions")),
        residuals=_in_order(_fold(outcome.residuals, "actions")),
        splits=_in_order(_fold(outcome.splits, "actions")),
        omissions=_in_order(_fold(_fold(_by_action(outcome.omissions), "environments"), "actions")),
        escapes=_in_order(_fold(outcome.escapes, "actions")),
        claims=_in_order(_fold(_fold(_by_action(outcome.claims), "environments"), "actions")),
        flows=_in_order(_fold(outcome.flows, "actions")),
        overlaps=_in_order(outcome.overlaps),
        prerequisites=_in_order(_fold(outcome.prerequisites, "needed_by")),
    )


def _fold(entries: Iterable[_Entry], over: str) -> Iterator[_Entry]:
    """Entries that differ in the list `over` only become one, with the union of it."""
    found: dict[Any, tuple[_Entry, set[str]]] = {}
    for entry in entries:
        normal = _normal(entry)
        rest = _all_but(type(entry), over)(normal)
        found.setdefault(rest, (normal, set()))[1].update(getattr(entry, over))
    for entry, values in found.values():
        merged = _sorted(values)
        yield entry if merged == getattr(entry, over) else replace(entry, **{over: merged})


def _by_action(entries: Iterable[_Entry]) -> Iterator[_Entry]:
    """One entry an action: so the fold does not depend on how the actions came grouped."""
    for entry in entries:
        actions = getattr(entry, "actions")  # noqa: B009
        if len(actions) == 1:
            yield entry
        else:
            yield from (replace(entry, actions=(action,)) for action in actions)


def _in_order(entries: Iterable[_Entry]) -> tuple[_Entry, ...]:
    return tuple(sorted({_normal(entry) for entry in entries}, key=_sort_key))


def _normal(entry: _Entry) -> _Entry:
    """The entry with its lists sorted and without repeats."""
    changes: dict[str, Any] = {}
    for name in _names(type(entry)):
        value = getattr(entry, name)
        if isinstance(value, tuple) and value and (len(value) > 1 or name in ("how", "partly")):
            by_type = name in ("how", "partly")
            normal = tuple(sorted((kind, _sorted(ways)) for kind, ways in value)) if by_type else _sorted(value)
            if normal != value:
                changes[name] = normal
    return replace(entry, **changes) if changes else entry


@cache
def _names(kind: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _all_but(kind: type[DataclassInstance], left_out: str) -> Callable[[DataclassInstance], Any]:
    return attrgetter(*(name for name in _names(kind) if name != left_out))


def _sort_key(entry: DataclassInstance) -> tuple[Any, ...]:
    """The fields in their order, so by group or name first. Only an account's id may be None."""
    return tuple(getattr(entry, name) or "" for name in _names(type(entry)))


def _sorted(values: Collection[str]) -> tuple[str, ...]:
    return tuple(values) if len(values) == 1 else tuple(sorted(set(values)))


def _check_single(grants: Iterable[Grant]) -> None:
    seen: dict[tuple[str, str, str], Grant] = {}
    for grant in grants:
        for environment in grant.environments:
            for action in grant.actions:
                first = seen.setdefault((grant.group, environment, action), grant)
                if first is not grant and _normal(replace(first, environments=(), actions=())) != _normal(
                    replace(grant, environments=(), actions=())
                ):
                    raise ValueError(f"{grant.group} {environment} {action} has two outcomes")
