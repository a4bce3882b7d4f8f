"""The canonical form of an outcome: sorted, without repeats, and with entries that agree in all else made one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields, replace
from functools import cache
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
        grants=_fold(_fold(_by_action(outcome.grants), "environments"), "actions"),
        residuals=_fold(outcome.residuals, "actions"),
        splits=_fold(outcome.splits, "actions"),
        omissions=_fold(_fold(_by_action(outcome.omissions), "environments"), "actions"),
        escapes=_fold(outcome.escapes, "actions"),
        claims=_fold(_fold(_by_action(outcome.claims), "environments"), "actions"),
        flows=_fold(outcome.flows, "actions"),
        overlaps=_in_order(outcome.overlaps),
        prerequisites=_fold(outcome.prerequisites, "needed_by"),
    )


def _fold(entries: Iterable[_Entry], over: str) -> tuple[_Entry, ...]:
    """Entries that differ in the list `over` only become one, with the union of it."""
    found: dict[tuple[Any, ...], tuple[_Entry, set[str]]] = {}
    for entry in entries:
        normal = _normal(entry)
        rest = tuple(getattr(normal, name) for name in _names(type(entry)) if name != over)
        found.setdefault(rest, (normal, set()))[1].update(getattr(entry, over))
    return _in_order(replace(entry, **{over: _sorted(values)}) for entry, values in found.values())


def _by_action(entries: Iterable[_Entry]) -> Iterable[_Entry]:
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
        if isinstance(value, tuple) and value:
            normal = tuple(sorted((kind, _sorted(ways)) for kind, ways in value)) if name == "how" else _sorted(value)
            if normal != value:
                changes[name] = normal
    return replace(entry, **changes) if changes else entry


@cache
def _names(kind: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


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
