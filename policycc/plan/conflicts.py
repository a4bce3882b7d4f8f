"""Which environments must not share an account, and what sharing one costs: the conflict graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations

from policycc.catalogue.types import Level
from policycc.lower.requirements import demanded
from policycc.model.apart import clashes
from policycc.model.matrix import Environment, Group, Matrix
from policycc.model.roles import mfa_in_trust, mfa_of, strictest
from policycc.plan.partition import Problem
from policycc.plan.unheld import Unheld
from policycc.source.span import Span

SEVERITIES = (Level.PERMISSIONS, Level.TAGGING, Level.WRITE, Level.READ, Level.LIST)
"""The levels of residuals, the gravest first."""


@dataclass(frozen=True, slots=True)
class Node:
    """An environment of the graph. `title` names its matrix too where there are several."""

    matrix: str
    environment: Environment
    title: str

    @property
    def name(self) -> str:
        return self.environment.name


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that asks for an action in an environment, and where it does."""

    group: str
    environment: str
    action: str
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Edge:
    """Two environments that must not share an account, by their titles. `cells` are the grants that nothing holds in
    one of them; `scopes` the audit scopes that only one of them has; `marks` says what would belong to both; `groups`
    are those of which the two demand what no request meets at once."""

    one: str
    other: str
    cells: tuple[Cell, ...] = ()
    scopes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graph:
    """The environments but for shared ones, sorted by title, and the edges between them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    problem: Problem

    @property
    def places(self) -> frozenset[tuple[str, str]]:
        return frozenset((node.matrix, node.name) for node in self.nodes)


def graph(matrices: tuple[Matrix, ...], found: Iterable[Unheld], also_apart: Iterable[tuple[str, str]] = ()) -> Graph:
    """The graph of matrices that are built together. `also_apart` are pairs of titles that turned out to clash."""
    nodes = _nodes(matrices)
    numbers = {(node.matrix, node.name): number for number, node in enumerate(nodes)}
    titles = {node.title: number for number, node in enumerate(nodes)}
    items = tuple(found)
    rows: dict[tuple[str, str, str], list[Unheld]] = {}
    for item in items:
        rows.setdefault((item.matrix, item.group, item.action), []).append(item)
    # Each of the two may fit the other's.
    clashing = {frozenset((titles[one], titles[other])) for one, other in also_apart}
    edges = []
    apart = [0] * len(nodes)
    demands = Demands(matrices, nodes, items)
    forcing = _forcing(rows, numbers, nodes)
    for low, high in combinations(range(len(nodes)), 2):
        first, second = nodes[low].environment, nodes[high].environment
        cells = [cell for members, cells in forcing for cell in _cells(members, cells, low, high)]
        scopes = sorted(set(first.scopes) ^ set(second.scopes))
        marks = (*clashes(first, second), *(["names or ARNs"] if {low, high} in clashing else []))
        groups = demands.unmet(1 << low | 1 << high)
        if cells or scopes or marks or groups:
            pair = (nodes[low].title, nodes[high].title)
            edges.append(Edge(*pair, tuple(sorted(cells, key=_order)), tuple(scopes), marks, groups))
            apart[low] |= 1 << high
            apart[high] |= 1 << low
    problem = Problem(len(nodes), tuple(apart), _classes(rows, numbers, nodes), demands.met, demands.kinds())
    return Graph(nodes, tuple(edges), problem)


def _nodes(matrices: tuple[Matrix, ...]) -> tuple[Node, ...]:
    found = [
        Node(matrix.name, environment, environment.name if len(matrices) == 1 else f"{matrix.name}/{environment.name}")
        for matrix in matrices
        for environment in matrix.environments
        if not environment.shared
    ]
    return tuple(sorted(found, key=lambda node: node.title))


def _order(cell: Cell) -> tuple[str, str, str]:
    return (cell.group, cell.environment, cell.action)


_Forcing = list[tuple[int, dict[int, Cell]]]


def _forcing(
    rows: dict[tuple[str, str, str], list[Unheld]], numbers: dict[tuple[str, str], int], nodes: tuple[Node, ...]
) -> _Forcing:
    """The environments in which a group is granted what is left out where it is not granted in all; with an environment
    by itself for each principal that is an environment's own."""
    found: _Forcing = []
    for row in rows.values():
        granted = {numbers[item.matrix, item.environment]: item for item in row}
        forced = {
            number: Cell(item.group, nodes[number].title, item.action, item.span)
            for number, item in granted.items()
            if item.forces
        }
        if not forced:
            continue
        if row[0].apart:
            found += [(1 << number, {number: cell}) for number, cell in forced.items()]
        else:
            found.append((sum(1 << number for number in granted), forced))
    return found


def _cells(members: int, cells: dict[int, Cell], low: int, high: int) -> list[Cell]:
    """Those of two environments of which the other is not among the members."""
    return [cells[here] for here, there in ((low, high), (high, low)) if here in cells and not members >> there & 1]


def _classes(
    rows: dict[tuple[str, str, str], list[Unheld]], numbers: dict[tuple[str, str], int], nodes: tuple[Node, ...]
) -> tuple[tuple[int, int], ...]:
    """Residuals as classes of the problem. Their weights add up so that no number of lesser ones outweighs a graver
    one: first the severities; then environments of production and others that share an account; then those that did not
    share one before."""
    step = 1 + sum(len(row) for row in rows.values()) + 2 * len(nodes)
    scale = {level: step ** (len(SEVERITIES) + 1 - rank) for rank, level in enumerate(SEVERITIES)}
    weights: dict[int, int] = {}

    def add(members: int, weight: int) -> None:
        weights[members] = weights.get(members, 0) + weight

    for row in rows.values():
        granted = [numbers[item.matrix, item.environment] for item in row]
        members = sum(1 << number for number in granted)
        # Whether it is a residual is asked of each environment: an accept may be for one only.
        soft = [item for item in row if not item.forces]
        for item in soft:
            number = numbers[item.matrix, item.environment]
            if row[0].apart:
                add(1 << number, scale[item.level])
        if soft and not row[0].apart:
            add(members, scale[soft[0].level])
    add(sum(1 << number for number, node in enumerate(nodes) if node.environment.production), step)
    for account in {(node.environment.account) for node in nodes}:
        add(sum(1 << number for number, node in enumerate(nodes) if node.environment.account == account), 1)
    return tuple(sorted((members, weight) for members, weight in weights.items() if members))


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a group is asked for: `entries` are the environments of each `[[require]]` that says anything of networks,
    regions or MFA, `any` those where it holds what reaches the whole account, `regional` the same without global
    services."""

    matrix: Matrix
    group: str
    entries: tuple[int, ...]
    any: int
    regional: int


class Demands:
    """Whether what `[[require]]` demands in all environments of an account can be met at once by what reaches them all.

    Any two of three demands may have a value in common and all three have none, so this is not a matter of pairs."""

    def __init__(self, matrices: tuple[Matrix, ...], nodes: tuple[Node, ...], found: Iterable[Unheld]) -> None:
        self._nodes = nodes
        self._answers: dict[tuple[int, tuple[bool, ...]], tuple[bool, bool]] = {}
        masks: dict[tuple[str, str], list[int]] = {}
        numbers = {(node.matrix, node.name): number for number, node in enumerate(nodes)}
        for item in found:
            mask = masks.setdefault((item.matrix, item.group), [0, 0])
            bit = 1 << numbers[item.matrix, item.environment]
            mask[0] |= bit
            mask[1] |= 0 if item.home else bit
        self._rules = tuple(
            _Rule(matrix, group.name, entries, *masks[matrix.name, group.name])
            for matrix in matrices
            for group in matrix.groups
            if (matrix.name, group.name) in masks
            for entries in [self._entries(matrix, group.name, numbers)]
            if len(entries) > 1 or (entries and _guarded(matrix, group))
        )

    @staticmethod
    def _entries(matrix: Matrix, group: str, numbers: dict[tuple[str, str], int]) -> tuple[int, ...]:
        return tuple(
            sum(1 << numbers[matrix.name, name] for name in entry.environments if (matrix.name, name) in numbers)
            for entry in matrix.requires
            if group in entry.groups
            and (
                not (entry.regions is entry.source_ips is entry.source_vpcs is entry.source_vpc_endpoints is None)
                or (entry.mfa and _guarded(matrix, matrix.group(group)))
            )
        )

    def met(self, mask: int) -> bool:
        """Whether the environments may share an account. One by itself always may: what it demands is its own
        affair."""
        return not self.unmet(mask)

    def unmet(self, mask: int) -> tuple[str, ...]:
        """The groups that could not meet the demands of these environments."""
        if not mask & (mask - 1):
            return ()
        return tuple(rule.group for number, rule in enumerate(self._rules) if not self._one(number, rule, mask))

    def kinds(self) -> tuple[tuple[bool, ...], ...]:
        """What tells environments apart here."""
        return tuple(
            tuple(bool(mask >> number & 1) for rule in self._rules for mask in (*rule.entries, rule.any, rule.regional))
            for number in range(len(self._nodes))
        )

    def _one(self, number: int, rule: _Rule, mask: int) -> bool:
        if not mask & rule.any:
            return True
        if _guarded(rule.matrix, rule.matrix.group(rule.group)) and not self._second_factor(rule, mask):
            return False
        touched = tuple(bool(mask & entry) for entry in rule.entries)
        if (number, touched) not in self._answers:
            names = tuple(
                node.name
                for index, node in enumerate(self._nodes)
                if mask >> index & 1 and node.matrix == rule.matrix.name
            )
            demand = demanded(rule.matrix, rule.group, names)
            self._answers[number, touched] = (bool(demand.networks), not demand.impossible)
        networks, possible = self._answers[number, touched]
        return networks and (possible or not mask & rule.regional)

    def _second_factor(self, rule: _Rule, mask: int) -> bool:
        """Whether a role that reaches them all is assumed with the MFA of the strictest of them: where environments
        differ, each has a role of its own, and the laxer one does without what would reach the stricter."""
        demands = {
            index: mfa_of(rule.matrix, rule.group, node.name)
            for index, node in enumerate(self._nodes)
            if mask >> index & 1 and node.matrix == rule.matrix.name
        }
        whole = strictest(demands.values())
        return all(mfa.covers(whole) for index, mfa in demands.items() if rule.any >> index & 1)


def _guarded(matrix: Matrix, group: Group) -> bool:
    """Whether people assume the group's role in accounts other than their own."""
    return any(mfa_in_trust(matrix, group, account) for account in matrix.accounts)
