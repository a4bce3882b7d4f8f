"""What the report shows, worked out of a build and its account plan: numbers and names, and no HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from policycc.catalogue.holding import tags_to_send
from policycc.catalogue.world import World
from policycc.emit.json_target import Emitted
from policycc.ir.outcome import PROPERTIES, GrantOutcome, Outcome, Verdict
from policycc.ir.statement import Principal
from policycc.pipeline import Result
from policycc.plan.consequences import audit, bill, to_do
from policycc.plan.render.cells import Folded, fold
from policycc.plan.render.table import rows, same_as
from policycc.plan.render.text import why
from policycc.plan.report import Plan, Topology
from policycc.report.picture import Picture, draw

OUTCOMES: tuple[GrantOutcome, ...] = ("granted", "residual", "split", "omitted")


@dataclass(frozen=True, slots=True)
class Cell:
    """How many actions of a group in an environment came to each outcome, in the order of `OUTCOMES`."""

    counts: tuple[int, ...]

    @property
    def empty(self) -> bool:
        return not any(self.counts)


@dataclass(frozen=True, slots=True)
class GridRow:
    group: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A policy or trust policy: `share` is the part of the quota that it takes, in percent."""

    path: str
    name: str
    kind: str
    size: int
    quota: int
    share: int
    text: str
    origins: tuple[tuple[str, ...], ...]
    """The cells that each of its statements comes of; none for a trust policy."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A principal with its files."""

    principal: Principal
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Create:
    """Actions whose callers must send tags, or AWS denies the call."""

    environment: str
    groups: tuple[str, ...]
    actions: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Proved:
    """The verdict on a property."""

    name: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Way:
    """A topology in words: its accounts where they are no other's, and what follows of it."""

    name: str
    same: str | None
    topology: Topology
    bill: str
    audit: tuple[str, ...]
    to_do: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why two environments must not share an account."""

    one: str
    other: str
    why: str
    cells: tuple[Folded, ...]


@dataclass(frozen=True, slots=True)
class View:
    """The whole report. What needs no working out is read from `outcome` and `plan`."""

    names: str
    outcome: Outcome
    environments: tuple[str, ...]
    grid: tuple[GridRow, ...]
    holders: tuple[Holder, ...]
    creates: tuple[Create, ...]
    proof: tuple[Proved, ...]
    plan: Plan
    table: tuple[tuple[str, tuple[str, ...]], ...]
    ways: tuple[Way, ...]
    conflicts: tuple[Conflict, ...]
    picture: Picture

    @property
    def residuals(self) -> frozenset[str]:
        """The residuals as exceptions of the proof name them."""
        return frozenset(f"residuals[{index}]" for index in range(len(self.outcome.residuals)))


def view(result: Result, plan: Plan) -> View:
    """The report on a build that has an outcome, and its plan. Raises ValueError for one that has none."""
    outcome = result.outcome
    if outcome is None:
        raise ValueError("the matrices do not build")
    environments = tuple(name for account in outcome.accounts for name in account.environments)
    verdicts = dict(outcome.proof.verdicts)
    return View(
        names=", ".join(matrix.name for matrix in outcome.matrices),
        outcome=outcome,
        environments=environments,
        grid=tuple(_grid(outcome, environments)),
        holders=_holders(result.emitted),
        creates=_creates(result),
        proof=tuple(Proved(name, verdicts.get(name, Verdict("unknown"))) for name in PROPERTIES),
        plan=plan,
        table=tuple(rows(plan)),
        ways=tuple(
            Way(one.name, same_as(plan, one), one, bill(one), audit(plan, one), to_do(plan, one))
            for one in plan.topologies
        ),
        conflicts=tuple(Conflict(edge.one, edge.other, why(edge), fold(edge.cells)) for edge in plan.conflicts),
        picture=draw(plan),
    )


def _grid(outcome: Outcome, environments: tuple[str, ...]) -> Iterator[GridRow]:
    counts: dict[str, dict[str, Counter[str]]] = {}
    for grant in outcome.grants:
        row = counts.setdefault(grant.group, {})
        for environment in grant.environments:
            row.setdefault(environment, Counter())[grant.outcome] += len(grant.actions)
    for group in sorted(counts):
        found = (counts[group].get(environment, Counter()) for environment in environments)
        yield GridRow(group, tuple(Cell(tuple(one[outcome] for outcome in OUTCOMES)) for one in found))


def _holders(emitted: tuple[Emitted, ...]) -> tuple[Holder, ...]:
    files: dict[Principal, list[File]] = {}
    for item in emitted:
        files.setdefault(item.principal, []).append(
            File(
                item.path,
                item.name,
                item.kind,
                item.size,
                item.quota,
                round(100 * item.size / item.quota),
                item.content.decode(),
                tuple(tuple(sorted(statement.origins)) for statement in item.statements),
            )
        )
    ordered = sorted(files, key=lambda one: (one.account, one.name, one.matrix))
    # `webshop-dev.json` comes before `webshop-dev-2.json`.
    return tuple(
        Holder(principal, tuple(sorted(files[principal], key=lambda file: (len(file.path), file.path))))
        for principal in ordered
    )


def _creates(result: Result) -> tuple[Create, ...]:
    """By environment and tags; groups that may do the same share an entry."""
    world = World.of(result.matrices)
    asked: dict[tuple[str, tuple[tuple[str, str], ...]], dict[str, set[str]]] = {}
    for _, decisions in result.decisions:
        for one in decisions:
            tags = tags_to_send(one.holding.rows)
            if tags and one.outcome == "granted":
                groups = asked.setdefault((world.label(one.place), tags), {})
                groups.setdefault(one.wish.group, set()).add(one.wish.action)
    found: list[Create] = []
    for (environment, tags), groups in sorted(asked.items()):
        alike: dict[tuple[str, ...], list[str]] = {}
        for group, actions in sorted(groups.items()):
            alike.setdefault(tuple(sorted(actions)), []).append(group)
        found += [Create(environment, tuple(names), actions, tags) for actions, names in alike.items()]
    return tuple(found)
