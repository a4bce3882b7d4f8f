"""From the decisions of a matrix to the statements of its principals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.holding import Way
from policycc.catalogue.regions import global_region
from policycc.catalogue.world import World
from policycc.ir.statement import Principal, Statement
from policycc.lower.companions import Companion, companions
from policycc.lower.decide import Decision
from policycc.lower.requirements import Demand, demanded
from policycc.lower.statements import Selector, selection
from policycc.lower.templates import Templates
from policycc.model.matrix import Group, Matrix


@dataclass(slots=True)
class Writer:
    """Writes the statements of one matrix. Raises TemplateError where a template does not give statements."""

    matrix: Matrix
    world: World
    catalogue: Catalogue
    templates: Templates
    companions: dict[tuple[str, str, str], tuple[Companion, ...]] = field(default_factory=dict)
    """The companions of each granted create, by group, environment and action."""
    _selectors: dict[Principal, Selector] = field(default_factory=dict)
    _demands: dict[tuple[str, tuple[str, ...]], Demand] = field(default_factory=dict)

    def add(self, group: Group, decisions: Iterable[Decision]) -> None:
        """Take in what was decided of one group."""
        for decision in decisions:
            principal = principal_of(self.matrix, group, decision)
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
        demand = self._demand(group, places)
        home = global_region(action.partition(":")[0], self.matrix.partition) if demand.regions is not None else None
        chosen = selection(way, demand, home, absent_tags)
        selector.add(chosen, action, decision.wish.origins, (decision.place.name,))

    def _all(self, decision: Decision) -> tuple[str, ...]:
        """Every environment of the matrix in the account: what is granted account-wide reaches them all."""
        places = self.world.account_places(decision.place)
        return tuple(place.name for place in places if place.matrix == self.matrix.name)

    def _demand(self, group: Group, places: tuple[str, ...]) -> Demand:
        key = (group.name, places)
        if key not in self._demands:
            in_trust = mfa_in_trust(self.matrix, group)
            self._demands[key] = demanded(self.matrix, group.name, places, mfa_in_trust=in_trust)
        return self._demands[key]


def principal_of(matrix: Matrix, group: Group, decision: Decision) -> Principal:
    """Who holds the grant: the group in the environment's account, or its principal for this environment alone."""
    account = decision.place.account
    environment = decision.place.name if group.per_environment else None
    name = f"{group.name}-{environment}" if environment else group.name
    delegated = group.kind == "group" and any(other.identity for other in matrix.accounts) and not account.identity
    return Principal(account.name, name, "role" if delegated else group.kind, group.name, matrix.name, environment)


def mfa_in_trust(matrix: Matrix, group: Group) -> bool:
    """Whether MFA is tested when the role is assumed: in a role's session the key says nothing of the person."""
    if group.kind == "group":
        return any(account.identity for account in matrix.accounts)
    return group.kind == "role" and group.trust is not None and bool(group.trust.accounts or group.trust.principals)
