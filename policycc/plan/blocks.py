"""What an account with some environments would hold: decided and packed as a build does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.types import Level
from policycc.catalogue.world import World
from policycc.ir.statement import Principal, Statement
from policycc.lower.decide import Accepts, Decider, Decision, reached
from policycc.lower.program import Writer
from policycc.lower.templates import Templates
from policycc.lower.wishes import Wish
from policycc.model.matrix import Account, Matrix
from policycc.model.roles import Roles
from policycc.passes.driver import minimise
from policycc.passes.knowledge import context_for
from policycc.plan.conflicts import Cell
from policycc.plan.packing import pack
from policycc.plan.quotas import Quotas
from policycc.plan.unheld import Asked

Place = tuple[str, str]
"""The names of a matrix and of an environment in it."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of the grants of an account. `splits` are those that only another account could hold, `left_out` how
    many are left out for another reason. `residuals` are counted by level, one for each group, environment and action;
    those that reach another environment, and those that reach only what else lives in the account. `reached` are the
    environments that residuals reach, `consumers` those that take inputs of a shared one, `clashes` pairs of which a
    name of the first fits a resource of the second."""

    granted: int
    splits: tuple[Cell, ...]
    left_out: int
    residuals: tuple[tuple[Level, int], ...]
    strangers: int
    reached: frozenset[Place]
    consumers: frozenset[Place]
    clashes: frozenset[tuple[Place, Place]]


@dataclass(frozen=True, slots=True)
class Packed:
    """The principals of an account, how many policies they carry, and who carries more than AWS lets them."""

    principals: tuple[Principal, ...]
    policies: int
    over_quota: tuple[str, ...]


@dataclass(slots=True)
class Blocks:
    """Answers for accounts of one build; every account is decided and packed once."""

    asked: tuple[Asked, ...]
    catalogue: Catalogue
    templates: Templates = field(default_factory=Templates)
    _made: dict[object, tuple[_Part, ...]] = field(default_factory=dict)
    _decided: dict[object, Decided] = field(default_factory=dict)
    _packed: dict[object, Packed] = field(default_factory=dict)

    def decided(self, account: Account, places: frozenset[Place]) -> Decided:
        """What becomes of the grants of these environments in this account."""
        key = (account.exclusive, account.features, places)
        if key not in self._decided:
            self._decided[key] = _decided(self._parts(account, places), len(self.asked) > 1)
        return self._decided[key]

    def packed(self, account: Account, places: frozenset[Place]) -> Packed:
        """The policies that hold them."""
        key = (account, places)
        if key not in self._packed:
            self._packed[key] = self._pack_all(account, places)
        return self._packed[key]

    def statements(self, matrix: Matrix, principal: Principal, statements: tuple[Statement, ...]) -> tuple[int, bool]:
        """How many policies some statements of a principal take, and whether it may carry so many."""
        context = context_for(self.catalogue, matrix, principal.group)
        quotas = Quotas.of(matrix.output.quotas)
        found = pack(minimise(statements, context), principal.kind, quotas, context.possible)
        if found.overflow is not None:
            return max(found.overflow.documents, 1), False
        return len(found.documents), True

    def _pack_all(self, account: Account, places: frozenset[Place]) -> Packed:
        principals = []
        policies = 0
        over = []
        for part in self._parts(account, places):
            writer = Writer(part.matrix, part.world, self.catalogue, self.templates, part.roles)
            for group in part.matrix.groups:
                writer.add(group, [one for one in part.decisions if one.wish.group == group.name])
            for principal, statements in writer.statements():
                count, fits = self.statements(part.matrix, principal, statements)
                if count:
                    principals.append(principal)
                policies += count
                over += [] if fits else [principal.name]
        return Packed(tuple(sorted(principals)), policies, tuple(sorted(over)))

    def _parts(self, account: Account, places: frozenset[Place]) -> tuple[_Part, ...]:
        key = (account, places)
        if key in self._made:
            return self._made[key]
        chosen = [(one, _within(one.matrix, account, places)) for one in self.asked]
        inside = [(one, matrix) for one, matrix in chosen if matrix.environments]
        world = World.of(tuple(matrix for _, matrix in inside))
        roles = Roles.of([matrix for _, matrix in inside])
        self._made[key] = tuple(
            _Part(matrix, world, roles, _decide(one, matrix, world, roles, self.catalogue)) for one, matrix in inside
        )
        return self._made[key]


@dataclass(frozen=True, slots=True)
class _Part:
    """A matrix, with those of its environments that an account holds."""

    matrix: Matrix
    world: World
    roles: Roles
    decisions: tuple[Decision, ...]


def _within(matrix: Matrix, account: Account, places: frozenset[Place]) -> Matrix:
    environments = tuple(
        replace(one, account=account.name) for one in matrix.environments if (matrix.name, one.name) in places
    )
    others = tuple(one for one in matrix.accounts if one.name != account.name)
    return replace(matrix, accounts=(account, *others), environments=environments)


def _decide(asked: Asked, matrix: Matrix, world: World, roles: Roles, catalogue: Catalogue) -> tuple[Decision, ...]:
    here = {environment.name for environment in matrix.environments}
    by_group: dict[str, list[Wish]] = {}
    for wish in asked.wishes:
        if wish.environment in here:
            by_group.setdefault(wish.group, []).append(wish)
    decider = Decider(matrix, world, catalogue, Accepts(asked.accepts.entries), roles)
    return tuple(decision for group in matrix.groups for decision in decider.group(group, by_group.get(group.name, ())))


def _decided(parts: Iterable[_Part], several: bool) -> Decided:
    granted = left_out = strangers = 0
    splits: list[Cell] = []
    residuals: Counter[Level] = Counter()
    touched: set[Place] = set()
    consumers: set[Place] = set()
    clashes: set[tuple[Place, Place]] = set()
    for part in parts:
        alone = {group.name for group in part.matrix.groups if group.per_environment}
        held: dict[tuple[str, str], set[str]] = {}
        for one in part.decisions:
            held.setdefault((one.wish.group, one.wish.action), set()).add(one.wish.environment)
        for one in part.decisions:
            wish, here = one.wish, (part.matrix.name, one.wish.environment)
            if one.outcome == "granted":
                granted += 1
                if any("shared" in row.how for row in one.holding.rows):
                    consumers.add(here)
            elif one.outcome == "split":
                title = f"{part.matrix.name}/{wish.environment}" if several else wish.environment
                splits.append(Cell(wish.group, title, wish.action, wish.entry.span))
            elif one.outcome == "omitted":
                left_out += 1
            else:
                own = {wish.environment} if wish.group in alone else held[wish.group, wish.action]
                reaches = reached(one, frozenset(own), part.world)
                if reaches:
                    residuals[one.facts.action.level] += 1
                else:
                    strangers += 1
                touched.update(
                    (place.matrix, place.name)
                    for place in part.world.account_places(one.place)
                    if part.world.label(place) in reaches
                    and not (place.matrix == part.matrix.name and place.name in own)
                )
            clashes.update(_clashes(here, one, part.world))
    return Decided(
        granted,
        tuple(sorted(splits, key=lambda cell: (cell.group, cell.environment, cell.action))),
        left_out,
        tuple(sorted(residuals.items(), reverse=True)),
        strangers,
        frozenset(touched),
        frozenset(consumers),
        frozenset(clashes),
    )


def _clashes(here: Place, decision: Decision, world: World) -> set[tuple[Place, Place]]:
    """The environments of the account whose resources a glob of this one reaches. A name that is not needed may be what
    it likes; an ARN is declared to be used."""
    others = {
        unsound.reach.other
        for unsound in decision.holding.unsound
        if decision.outcome != "granted" or unsound.glob in decision.place.environment.arns
    }
    return {
        (here, (place.matrix, place.name))
        for place in world.neighbours(decision.place)
        if world.seen(place, decision.place) in others
    }
