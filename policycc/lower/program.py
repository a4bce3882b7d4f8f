"""From the decisions of a matrix to the statements of its principals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.holding import Way
from policycc.catalogue.regions import global_region
from policycc.catalogue.world import Place, World
from policycc.ir.statement import Principal, Statement
from policycc.lower.companions import Companion, companions
from policycc.lower.decide import Decision
from policycc.lower.requirements import Demand, demanded
from policycc.lower.statements import Selector, selection
from policycc.lower.templates import Templates
from policycc.model.matrix import Group, Matrix
from policycc.model.roles import Roles, kind_in


@dataclass(slots=True)
class Writer:
    """Writes the statements of one matrix. Raises TemplateError where a template does not give statements."""

    matrix: Matrix
    world: World
    catalogue: Catalogue
    templates: Templates
    roles: Roles
    companions: dict[tuple[str, str, str], tuple[Companion, ...]] = field(default_factory=dict)
    """The companions of each granted create, by group, environment and action."""
    _selectors: dict[Principal, Selector] = field(default_factory=dict)
    _demands: dict[tuple[str, str, str | None, tuple[str, ...]], Demand] = field(default_factory=dict)

    def add(self, group: Group, decisions: Iterable[Decision]) -> None:
        """Take in what was decided of one group."""
        for decision in decisions:
            principal = principal_of(self.matrix, group, decision.place, self.roles)
            selector = self._selectors.setdefault(principal, Selector(self.templates))
            if decision.outcome == "granted":
                self._held(group, decision, selector)
            elif decision.outcome == "residual":
                self._account_wide(group, decision, selector)

    def statements(self) -> tuple[tuple[Principal, tuple[Statement, ...]], ...]:
        """The statements of every principal that holds any."""
        return tuple((principal, self._selectors[principal].statements()) for principal in sorted(self._selectors))

    def _held(self, group: Group, decision: Decision, selector: Selector) -> None:
        wish, place = decision.wish, decision.place
        own = (place.name,)
        for row in decision.holding.rows:
            for way in row.ways:
                places = self._all(decision) if way.how == "account" else own
                self._add(group, decision, selector, wish.action, way, places)
        found = companions(self.world, self.catalogue, decision.holding)
        if found:
            self.companions[wish.group, wish.environment, wish.action] = found
        for companion in found:
            for one in companion.ways:
                self._add(group, decision, selector, companion.action, one.way, own, one.absent_tags)

    def _account_wide(self, group: Group, decision: Decision, selector: Selector) -> None:
        template = "residual" if decision.facts.rows else "none"
        self._add(group, decision, selector, decision.wish.action, Way(template, ("*",)), self._all(decision))

    def _add(
        self,
        group: Group,
        decision: Decision,
        selector: Selector,
        action: str,
        way: Way,
        places: tuple[str, ...],
        absent_tags: tuple[str, ...] = (),
    ) -> None:
        demand = self._demand(group, decision.place, places)
        home = global_region(action.partition(":")[0], self.matrix.partition) if demand.regions is not None else None
        chosen = selection(way, demand, home, absent_tags)
        selector.add(chosen, action, decision.wish.origins, (decision.place.name,))

    def _all(self, decision: Decision) -> tuple[str, ...]:
        """Every environment of the matrix in the account: what is granted account-wide reaches them all."""
        places = self.world.account_places(decision.place)
        return tuple(place.name for place in places if place.matrix == self.matrix.name)

    def _demand(self, group: Group, place: Place, places: tuple[str, ...]) -> Demand:
        environment = self.roles.environment(group, place.account.name, place.name)
        key = (group.name, place.account.name, environment, places)
        if key not in self._demands:
            guard = self.roles.guard_of(self.matrix, group, place.account, place.name)
            self._demands[key] = demanded(self.matrix, group.name, places, guard=guard)
        return self._demands[key]


def principal_of(matrix: Matrix, group: Group, place: Place, roles: Roles) -> Principal:
    """Who holds a grant: the group in the environment's account, or its principal for this environment alone."""
    account = place.account
    environment = roles.environment(group, account.name, place.name)
    name = roles.name(group, account.name, place.name)
    return Principal(account.name, name, kind_in(matrix, group, account), group.name, matrix.name, environment)
