"""The account plan: from matrices to the ways to share their environments out over accounts. Nothing is written
here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from policycc import pipeline
from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.catalogue.types import Level
from policycc.diagnostics.model import Diagnostics, Severity
from policycc.diagnostics.wording import listed, quoted
from policycc.ir.statement import Principal
from policycc.lower.trust import delegations, trusts
from policycc.model.apart import clashes
from policycc.model.matrix import Environment, Matrix
from policycc.model.roles import Roles
from policycc.plan.blocks import Blocks, Decided, Place
from policycc.plan.conflicts import SEVERITIES, Graph, Node, graph
from policycc.plan.partition import Partition, best
from policycc.plan.report import Plan, PlannedAccount, PlannedEnvironment, Topology
from policycc.plan.topologies import AS_WRITTEN, TOPOLOGIES, Home, as_written, changes, homes, pairs, partition, rehomed
from policycc.plan.unheld import Asked, unheld
from policycc.source.document import Document

CURABLE = frozenset({"PCC214", "PCC215", "PCC220", "PCC224"})
"""Errors that other accounts put right, or that new accounts bring: environments that cannot be told apart or must not
share an account, and accounts without an id. A plan is made in spite of them."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, or None where the matrices have errors that no account puts right; `diagnostics` has these only."""

    diagnostics: Diagnostics
    matrices: tuple[Matrix, ...]
    plan: Plan | None = None
    homes: tuple[tuple[str, tuple[Home, ...]], ...] = ()
    documents: tuple[Document, ...] = ()

    def rewritten(self, name: str) -> tuple[dict[str, tuple[str, str]], Diagnostics]:
        """The texts of the matrices by their files, as they are and with the accounts of a topology in them; and why
        that cannot be: PCC505 where the topology is not possible, PCC614 where a text cannot be changed."""
        from policycc.source.toml_edit import LayoutError, with_keys

        diagnostics = Diagnostics()
        if self.plan is None:
            raise ValueError("there is no plan")
        for problem in self.plan.topology(name).problems:
            diagnostics.error(
                "PCC505",
                f"the topology {quoted(name)} is not possible: {problem}",
                help="`policycc plan` shows which are; nothing was written",
            )
        texts: dict[str, tuple[str, str]] = {}
        found = dict(self.homes)[name]
        for document in self.documents:
            matrix = next(one for one in self.matrices if one.path == document.file)
            tables = changes(matrix, found)
            if not tables:
                texts[document.file] = (document.text, document.text)
                continue
            if Path(document.file).suffix.lower() in _OTHER_FORMS or document.text.lstrip()[:1] == "{":
                diagnostics.error(
                    "PCC614",
                    f"{quoted(document.file)} is not TOML, and accounts are written into TOML only",
                    help=f"write them by hand: {_by_hand(tables)}",
                )
                continue
            try:
                texts[document.file] = (document.text, with_keys(document.text, tables))
            except LayoutError:
                diagnostics.error(
                    "PCC614",
                    f"the accounts cannot be written into {quoted(document.file)} without changing its layout",
                    help=f"write them by hand: {_by_hand(tables)}",
                )
        return texts, diagnostics


_OTHER_FORMS = frozenset({".yaml", ".yml", ".json"})


def _by_hand(tables: Mapping[tuple[str, str], Mapping[str, object]]) -> str:
    return "; ".join(
        f"`{key}` of `{'.'.join(path)}` is {json.dumps(list(value) if isinstance(value, tuple) else value)}"
        for path, keys in tables.items()
        for key, value in keys.items()
    )


def plan(documents: Iterable[Document]) -> Planned:
    """The account plan of matrices that are built together."""
    from policycc.model.load import load_documents

    read = tuple(documents)
    matrices, said = load_documents(read)
    diagnostics = Diagnostics()
    diagnostics.extend(item for item in said if item.code not in CURABLE)
    catalogue = load_catalogue()
    asked = tuple(Asked(matrix, *pipeline.resolve(matrix, catalogue, diagnostics)[:2]) for matrix in matrices)
    errors = Diagnostics()
    errors.extend(item for item in diagnostics if item.severity is Severity.ERROR)
    if errors.has_errors or not matrices:
        return Planned(errors, matrices)
    made, chosen = _plan(asked, catalogue)
    return Planned(errors, matrices, made, chosen, read)


_Homes = tuple[tuple[str, tuple[Home, ...]], ...]


def _plan(asked: tuple[Asked, ...], catalogue: Catalogue) -> tuple[Plan, _Homes]:
    matrices = tuple(one.matrix for one in asked)
    blocks = Blocks(asked, catalogue)
    found, optimum = _optimum(asked, catalogue, blocks)
    titles = _titles(matrices)
    chosen = [(AS_WRITTEN, as_written(matrices))]
    for name in TOPOLOGIES:
        parts = partition(name, found, optimum.accounts)
        chosen.append((name, homes(parts, matrices, blocks, _Apart(matrices).may_share)))
    describe = _Describe(matrices, blocks, titles)
    made = Plan(
        tuple(matrix.name for matrix in matrices),
        (catalogue.source, catalogue.version),
        tuple(_environment(matrix, one, titles) for matrix in matrices for one in matrix.environments),
        found.edges,
        tuple(describe.topology(name, home) for name, home in chosen),
        optimum.exact,
        optimum.accounts_at_least,
        _kept_if_exclusive(matrices, partition("optimum", found, optimum.accounts), blocks),
    )
    return made, tuple(chosen)


def _kept_if_exclusive(
    matrices: tuple[Matrix, ...], parts: tuple[tuple[Node, ...], ...], blocks: Blocks
) -> tuple[str, ...]:
    """The accounts as written that would hold what the optimum gives a new one, if the matrix said that nothing else
    lives in them: asked of all of them at once, so that what is said is true when all are made exclusive."""
    may_share = _Apart(matrices).may_share
    now = homes(parts, matrices, blocks, may_share)
    taken = {home.account.name for home in now}
    open_ = {home.account.name for home in as_written(matrices) if not home.account.exclusive} - taken
    then = homes(parts, tuple(_exclusive(matrix, open_) for matrix in matrices), blocks, may_share)
    to_make = {home.places for home in now if home.new}
    return tuple(sorted(home.account.name for home in then if home.account.name in open_ and home.places in to_make))


def _exclusive(matrix: Matrix, names: set[str]) -> Matrix:
    """The matrix with these accounts declared, and exclusive."""
    somewhere = next((environment.span for environment in matrix.environments), None)
    return replace(
        matrix,
        accounts=tuple(
            replace(one, exclusive=True, span=one.span or somewhere) if one.name in names else one
            for one in matrix.accounts
        ),
    )


def _optimum(asked: tuple[Asked, ...], catalogue: Catalogue, blocks: Blocks) -> tuple[Graph, Partition]:
    """The graph and its best partition.

    That a name of one environment fits a resource of another shows only when both are decided in one account. So the
    accounts that were found are decided, and what clashes there is kept apart in a second search, until nothing
    does."""
    matrices = tuple(one.matrix for one in asked)
    items = unheld(asked, catalogue)
    titles = _titles(matrices)
    clashing: set[tuple[str, str]] = set()
    while True:
        found = graph(matrices, items, sorted(clashing))
        optimum = best(found.problem)
        more = set()
        for home in homes(partition("optimum", found, optimum.accounts), matrices, blocks, _Apart(matrices).may_share):
            for one, other in blocks.decided(home.account, home.places).clashes:
                if one in found.places and other in found.places:
                    more.add((titles[one], titles[other]))
        if more <= clashing:
            return found, optimum
        clashing |= more


def _titles(matrices: tuple[Matrix, ...]) -> dict[Place, str]:
    several = len(matrices) > 1
    return {
        (matrix.name, environment.name): f"{matrix.name}/{environment.name}" if several else environment.name
        for matrix in matrices
        for environment in matrix.environments
    }


def _environment(matrix: Matrix, environment: Environment, titles: dict[Place, str]) -> PlannedEnvironment:
    return PlannedEnvironment(
        matrix.name,
        environment.name,
        titles[matrix.name, environment.name],
        environment.account,
        environment.production,
        environment.shared,
        environment.scopes,
        tuple(key for key in ("arns", "vpcs") if getattr(environment, key)),
    )


class _Apart:
    """Which environments may share an account whatever is granted in them."""

    def __init__(self, matrices: tuple[Matrix, ...]) -> None:
        self._environments = {
            (matrix.name, environment.name): environment for matrix in matrices for environment in matrix.environments
        }

    def may_share(self, place: Place, places: frozenset[Place]) -> bool:
        return not any(self.reason(place, other) for other in places)

    def reason(self, one: Place, other: Place) -> str:
        """Why two environments may not share an account, or nothing."""
        first, second = self._environments[one], self._environments[other]
        differing = sorted(set(first.scopes) ^ set(second.scopes))
        if differing:
            return f"only one of them is in the audit scope of {listed(differing)}"
        found = clashes(first, second)
        return f"their {' and '.join(found)} do not tell them apart" if found else ""


@dataclass(slots=True)
class _Describe:
    """Says of a topology what it costs and what it gives."""

    matrices: tuple[Matrix, ...]
    blocks: Blocks
    titles: dict[Place, str]

    def topology(self, name: str, found: tuple[Home, ...]) -> Topology:
        decided = [self.blocks.decided(home.account, home.places) for home in found]
        packed = [self.blocks.packed(home.account, home.places) for home in found]
        principals = tuple(sorted(principal for one in packed for principal in one.principals))
        hub, hub_policies, hub_over = self._hub(found, principals)
        everybody = (*principals, *hub)
        residuals: Counter[Level] = Counter()
        for one in decided:
            residuals.update(dict(one.residuals))
        reached = {place for one in decided for place in one.reached}
        accounts = Counter(group for group, _ in {(p.group, p.account) for p in everybody if p.kind == "group"})
        kinds = Counter(kind for kind, _, _ in {(p.kind, p.name, p.account) for p in everybody})
        return Topology(
            name=name,
            accounts=tuple(
                PlannedAccount(
                    home.account.name,
                    None if home.new else home.account.id,
                    home.new,
                    home.account.exclusive,
                    tuple(sorted(home.account.features)),
                    tuple(sorted(self.titles[place] for place in home.places)),
                    self._scopes(home),
                    tuple(sorted({principal.group for principal in one.principals})),
                    one.policies,
                )
                for home, one in zip(found, packed, strict=True)
            ),
            problems=self._problems(found),
            granted=sum(one.granted for one in decided),
            splits=tuple(cell for one in decided for cell in one.splits),
            left_out=sum(one.left_out for one in decided),
            residuals=tuple((level, residuals[level]) for level in SEVERITIES if residuals[level]),
            strangers=sum(one.strangers for one in decided),
            apart=tuple(sorted(title for place, title in self.titles.items() if place not in reached)),
            iam_groups=kinds["group"],
            roles=kinds["role"],
            permission_sets=kinds["permission-set"],
            trusts=sum(
                len(trusts(matrix, self._own(matrix, everybody), roles))
                for matrices in [tuple(rehomed(matrix, found) for matrix in self.matrices)]
                for roles in [Roles.of(matrices)]
                for matrix in matrices
            ),
            repeated=tuple(sorted((group, count) for group, count in accounts.items() if count > 1)),
            policies=sum(one.policies for one in packed) + hub_policies,
            over_quota=tuple(sorted({*(name for one in packed for name in one.over_quota), *hub_over})),
            copies=self._copies(found),
            moves=self._moves(found),
            ids_needed=tuple(home.account.name for home in found if home.new and home.account.id is not None),
        )

    def _hub(
        self, found: tuple[Home, ...], principals: tuple[Principal, ...]
    ) -> tuple[list[Principal], int, list[str]]:
        """The groups of people in the identity account that may assume roles elsewhere, and their policies."""
        groups: list[Principal] = []
        policies = 0
        over = []
        for matrix in self.matrices:
            for principal, statements in delegations(rehomed(matrix, found), self._own(matrix, principals)):
                groups.append(principal)
                count, fits = self.blocks.statements(matrix, principal, statements)
                policies += count
                over += [] if fits else [principal.name]
        return groups, policies, over

    @staticmethod
    def _own(matrix: Matrix, principals: Sequence[Principal]) -> list[Principal]:
        return [principal for principal in principals if principal.matrix == matrix.name]

    def _scopes(self, home: Home) -> tuple[str, ...]:
        return tuple(
            sorted(
                {
                    scope
                    for matrix in self.matrices
                    for environment in matrix.environments
                    if (matrix.name, environment.name) in home.places
                    for scope in environment.scopes
                }
            )
        )

    def _problems(self, found: tuple[Home, ...]) -> tuple[str, ...]:
        apart = _Apart(self.matrices)
        problems = []
        for home in found:
            clashing = {frozenset(pair) for pair in self.blocks.decided(home.account, home.places).clashes}
            for one, other in pairs(home.places):
                reason = apart.reason(one, other)
                if not reason and frozenset((one, other)) in clashing:
                    reason = "a name or ARN of one fits resources of the other"
                if reason:
                    both = listed((self.titles[one], self.titles[other]))
                    problems.append(f"{both} must not share an account: {reason}")
        return tuple(problems)

    def _copies(self, found: tuple[Home, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        users = {place for home in as_written(self.matrices) for place in self._before(home).consumers}
        copies = []
        for matrix in self.matrices:
            for environment in matrix.environments:
                place = (matrix.name, environment.name)
                if environment.shared:
                    away = [
                        self.titles[other]
                        for home in found
                        if place not in home.places
                        for other in home.places & users
                    ]
                    if away:
                        copies.append((self.titles[place], tuple(sorted(away))))
        return tuple(copies)

    def _before(self, home: Home) -> Decided:
        return self.blocks.decided(home.account, home.places)

    def _moves(self, found: tuple[Home, ...]) -> tuple[str, ...]:
        before = {
            (matrix.name, environment.name): environment.account
            for matrix in self.matrices
            for environment in matrix.environments
        }
        undeclared = {account.name for matrix in self.matrices for account in matrix.accounts if account.span is None}
        return tuple(
            sorted(
                self.titles[place]
                for home in found
                for place in home.places
                if home.account.name != before[place] or (home.new and home.account.name not in undeclared)
            )
        )
