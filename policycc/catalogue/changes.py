"""What another version of the data says differently, action by action, and what that means for a matrix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.facts import ActionFacts
from policycc.catalogue.holding_facts import facts
from policycc.catalogue.selectors import Selectors
from policycc.diagnostics.model import Diagnostics
from policycc.model.matrix import Matrix


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """An action that is `added`, `removed` or `changed`, and in which words."""

    action: str
    what: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """An action that the selectors of a group in an environment give with one version and not with the other."""

    group: str
    environment: str
    action: str
    gained: bool


def changes(old: Catalogue, new: Catalogue, services: Iterable[str] | None = None) -> tuple[Change, ...]:
    """How the actions of `services` (by default all of both) differ, sorted by action."""
    names = sorted({*old.services(), *new.services()} if services is None else set(services))
    return tuple(change for name in names for change in _service(old, new, name))


def shifts(old: Catalogue, new: Catalogue, matrix: Matrix) -> tuple[Shift, ...]:
    """What the cells of a matrix would gain and lose, sorted. Selectors that mean nothing are left to `check`."""
    found: set[Shift] = set()
    before, after = Selectors(matrix, old, Diagnostics()), Selectors(matrix, new, Diagnostics())
    for cell in matrix.cells:
        had, has = set(before.resolve(cell.entries)), set(after.resolve(cell.entries))
        found |= {Shift(cell.group, cell.environment, action, True) for action in has - had}
        found |= {Shift(cell.group, cell.environment, action, False) for action in had - has}
    return tuple(sorted(found))


def selected(catalogue: Catalogue, matrix: Matrix) -> Mapping[str, frozenset[tuple[str, str]]]:
    """Every action that some cell of the matrix selects, with the group and environment of each such cell."""
    selectors = Selectors(matrix, catalogue, Diagnostics())
    found: dict[str, set[tuple[str, str]]] = {}
    for cell in matrix.cells:
        for action in selectors.resolve(cell.entries):
            found.setdefault(action, set()).add((cell.group, cell.environment))
    return {action: frozenset(cells) for action, cells in found.items()}


def _service(old: Catalogue, new: Catalogue, name: str) -> Iterator[Change]:
    before = set(old.service(name).names()) if old.has_service(name) else set()
    after = set(new.service(name).names()) if new.has_service(name) else set()
    for action in sorted(before | after):
        action_id = f"{name}:{action}"
        if action not in after:
            yield Change(action_id, "removed")
        elif action not in before:
            found = facts(new, action_id)
            yield Change(action_id, "added", (f"{found.action.level.name.lower()}, {found.kind.value}",))
        else:
            details = tuple(_details(facts(old, action_id), facts(new, action_id)))
            if details:
                yield Change(action_id, "changed", details)


def _details(old: ActionFacts, new: ActionFacts) -> Iterator[str]:
    if old.action.level is not new.action.level:
        yield f"access level {old.action.level.name.lower()} is now {new.action.level.name.lower()}"
    if old.kind is not new.kind:
        yield f"{old.kind.value} is now {new.kind.value}"
    before, after = {row.type: row for row in old.rows}, {row.type: row for row in new.rows}
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"the type {name} is gone"
        elif name not in before:
            yield f"the type {name} is new ({'required' if after[name].required else 'optional'})"
        else:
            was, now = before[name], after[name]
            if was.required is not now.required:
                yield f"the type {name} is now {'required' if now.required else 'optional'}"
            if was.resource_tag is not now.resource_tag:
                yield f"tags of {name}: {was.resource_tag.value} is now {now.resource_tag.value}"
            if was.arn != now.arn:
                yield f"the ARN of {name} is now {now.arn}"
            yield from (f"{name} no longer supplies {key}" for key in sorted(was.supplied - now.supplied))
            yield from (f"{name} now supplies {key}" for key in sorted(now.supplied - was.supplied))
    if not before and not after:
        yield from (f"no longer supplies {key}" for key in sorted(old.action.keys - new.action.keys))
        yield from (f"now supplies {key}" for key in sorted(new.action.keys - old.action.keys))
