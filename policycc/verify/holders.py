"""The principals of the matrices, with everything that is granted to them in their account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.selectors import Selectors
from policycc.catalogue.world import Place, World
from policycc.diagnostics.model import Diagnostics
from policycc.model.matrix import Account, Entry, Group, Matrix
from policycc.model.roles import Mfa, Roles, kind_in
from policycc.verify.documents import Owner
from policycc.verify.intent import Holder, Scene


def scene(matrices: Sequence[Matrix], catalogue: Catalogue) -> Scene:
    """The matrices with their environments and the catalogue. Matrices are told apart by name."""
    return _scene(tuple(matrices), catalogue)


@lru_cache(maxsize=2)
def _scene(matrices: tuple[Matrix, ...], catalogue: Catalogue) -> Scene:
    return Scene({matrix.name: matrix for matrix in matrices}, World.of(matrices), catalogue)


def holders(matrices: Sequence[Matrix], world: World, catalogue: Catalogue) -> tuple[Holder, ...]:
    """Every principal, sorted by account and name. A group of one name in several matrices is one principal."""
    return _holders(tuple(matrices), world, catalogue)


@lru_cache(maxsize=2)
def _holders(matrices: tuple[Matrix, ...], world: World, catalogue: Catalogue) -> tuple[Holder, ...]:
    found: dict[tuple[str, str], _Draft] = {}
    roles = Roles.of(matrices)
    for matrix in matrices:
        # What is wrong with a selector is the front end's to say; a wrong entry grants nothing.
        selectors = Selectors(matrix, catalogue, Diagnostics())
        granted = {
            (cell.group, cell.environment, cell.column): tuple(selectors.resolve(cell.entries)) for cell in matrix.cells
        }
        for (group_name, environment, _), actions in granted.items():
            group = matrix.group(group_name)
            place = world.place(matrix.name, environment)
            account = place.account
            name = roles.name(group, account.name, environment)
            draft = found.setdefault((account.name, name), _Draft(group, matrix, account))
            draft.guard = roles.guard_of(matrix, group, account, environment)
            draft.add(matrix, place, actions, roles.environment(group, account.name, environment))
        for draft in found.values():
            draft.accept(matrix, selectors)
    return tuple(found[key].holder(key, world) for key in sorted(found))


def owners(found: Iterable[Holder]) -> tuple[Owner, ...]:
    """Whose files there are: one owner for each matrix of a principal."""
    return tuple(Owner(holder.account, holder.name, matrix) for holder in found for matrix in holder.matrices)


class _Draft:
    """A principal while its grants are being collected."""

    def __init__(self, group: Group, matrix: Matrix, account: Account) -> None:
        self.group = group
        self.kind = kind_in(matrix, group, account)
        self.guard: Mfa | None = None
        self.environment: str | None = None
        self.matrices: set[str] = set()
        self.grants: dict[str, set[Place]] = {}
        self.places: set[Place] = set()
        self.residuals: set[tuple[str, Place]] = set()
        self.escapes: set[tuple[str, Place]] = set()

    def add(self, matrix: Matrix, place: Place, actions: Iterable[str], environment: str | None) -> None:
        self.matrices.add(matrix.name)
        self.places.add(place)
        self.environment = environment
        for action in actions:
            self.grants.setdefault(action, set()).add(place)

    def accept(self, matrix: Matrix, selectors: Selectors) -> None:
        for entry in matrix.accepts:
            if entry.what == "omission" or self.group.name not in entry.groups:
                continue
            target = self.residuals if entry.what == "residual" else self.escapes
            target.update(
                (action, place)
                for action in _matching(entry.actions, selectors)
                for place in self.grants.get(action, ())
                if place.matrix == matrix.name and place.name in entry.environments
            )

    def holder(self, key: tuple[str, str], world: World) -> Holder:
        order: Mapping[Place, int] = {place: index for index, place in enumerate(world.places)}
        account, name = key
        cells: dict[frozenset[Place], tuple[Place, ...]] = {}
        return Holder(
            account=account,
            name=name,
            kind=self.kind,
            group=self.group.name,
            matrices=tuple(sorted(self.matrices)),
            environment=self.environment,
            places=tuple(sorted(self.places, key=order.__getitem__)),
            # One tuple for all actions that are granted in the same environments: alike is then quick to see.
            grants={
                action: cells.setdefault(frozenset(places), tuple(sorted(places, key=order.__getitem__)))
                for action, places in sorted(self.grants.items())
            },
            accepted_residuals=frozenset(self.residuals),
            accepted_escapes=frozenset(self.escapes),
            guard=self.guard,
        )


def _matching(entries: tuple[Entry, ...], selectors: Selectors) -> Iterator[str]:
    yield from selectors.resolve(entries)
