"""The grants that AWS gives no means to hold, by themselves: what they are worth decides which environments may share
an account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.regions import global_region
from policycc.catalogue.types import Level
from policycc.catalogue.world import Place, World
from policycc.lower.decide import Accepts, Decider
from policycc.lower.wishes import Wish
from policycc.model.matrix import Account, Matrix
from policycc.model.roles import Roles
from policycc.source.span import Span


@dataclass(frozen=True, slots=True)
class Asked:
    """A matrix with its selectors resolved."""

    matrix: Matrix
    wishes: tuple[Wish, ...]
    accepts: Accepts

    @property
    def shared(self) -> frozenset[str]:
        return frozenset(one.name for one in self.matrix.environments if one.shared)


@dataclass(frozen=True, slots=True)
class Unheld:
    """A grant that nothing holds in an account of several environments. `forces` says that it is left out there, and
    not granted account-wide. `apart` says that each environment has a principal of its own, so that none may reach
    another's. `home` says that the service answers in one region, whatever regions are demanded."""

    matrix: str
    group: str
    environment: str
    action: str
    level: Level
    forces: bool
    apart: bool = False
    home: bool = False
    span: Span | None = field(default=None, compare=False)


def unheld(asked: Iterable[Asked], catalogue: Catalogue) -> tuple[Unheld, ...]:
    """What cannot be held, of environments that are not shared.

    Each environment is asked by itself, beside the shared ones of its account only, in an account that is not
    exclusive: what AWS cannot hold there it cannot hold beside any other. What `[[require]]` demands is left out of it;
    `conflicts.Demands` looks at that."""
    found = tuple(asked)
    places = World.of(tuple(one.matrix for one in found)).places
    return tuple(
        item
        for one in found
        for place in places
        if place.matrix == one.matrix.name and not place.environment.shared
        for item in _of(one, place, places, catalogue)
    )


def _of(asked: Asked, place: Place, places: tuple[Place, ...], catalogue: Catalogue) -> Iterable[Unheld]:
    shared = [other for other in places if other.environment.shared and other.account.name == place.account.name]
    world = World(tuple(replace(one, account=_open(one.account)) for one in (place, *shared)))
    matrix = replace(asked.matrix, requires=())
    decider = Decider(matrix, world, catalogue, Accepts(asked.accepts.entries), Roles.of((matrix,)))
    by_group: dict[str, list[Wish]] = {}
    for wish in asked.wishes:
        if wish.environment == place.name:
            by_group.setdefault(wish.group, []).append(wish)
    for group in matrix.groups:
        for decision in decider.group(group, by_group.get(group.name, ())):
            if decision.outcome in ("split", "residual"):
                action = decision.facts.action
                yield Unheld(
                    matrix.name,
                    group.name,
                    place.name,
                    action.id,
                    action.level,
                    decision.outcome == "split",
                    group.per_environment,
                    global_region(action.service, matrix.partition) is not None,
                    decision.wish.entry.span,
                )


def _open(account: Account) -> Account:
    return replace(account, exclusive=False)
