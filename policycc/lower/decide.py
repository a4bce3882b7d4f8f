"""What becomes of each wish: held, granted account-wide, left for an account split, or left out, each with its reason.

The order matters. Escapes come first, because what defeats the boundary is not made harmless by a tag test; then the
ladder; then, for what AWS gives no means to hold, the matrix's accepts and its fallback.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.facts import ActionFacts, Escape, EscapeKind
from policycc.catalogue.holdability import PASS_ROLE, hold
from policycc.catalogue.holding import Ask, Holding, Verdict
from policycc.catalogue.holding_facts import facts as action_facts
from policycc.catalogue.regions import global_region
from policycc.catalogue.types import Level
from policycc.catalogue.world import Place, World
from policycc.ir.outcome import EscapeDecision, GrantOutcome, ResidualDecision
from policycc.lower.requirements import Demand, demanded
from policycc.lower.wishes import Wish
from policycc.model.matrix import Accept, Group, Matrix
from policycc.model.roles import Roles

Why = Literal[
    "held", "fallback", "accept", "split", "unmet", "error", "unsaid", "refused", "escape", "accepted-omission"
]

_UNMET = "no request meets what is required in all environments that it would reach"


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a wish in its environment. `why` tells the reasons of one outcome apart."""

    wish: Wish
    place: Place
    facts: ActionFacts
    holding: Holding
    outcome: GrantOutcome
    why: Why
    reason: str = ""
    escapes: tuple[tuple[Escape, EscapeDecision], ...] = ()

    @property
    def residual(self) -> ResidualDecision | None:
        """Who decided that the action is granted account-wide, or None."""
        if self.outcome != "residual":
            return None
        return "accept" if self.why == "accept" else "fallback"


@dataclass(slots=True)
class Accepts:
    """The matrix's accepts by action, with a record of those that had an effect."""

    entries: tuple[tuple[Accept, frozenset[str]], ...]
    used: set[int] = field(default_factory=set)

    def admits(self, what: str, wish: Wish) -> bool:
        for index, (accept, actions) in enumerate(self.entries):
            if (
                accept.what == what
                and wish.action in actions
                and wish.group in accept.groups
                and wish.environment in accept.environments
            ):
                self.used.add(index)
                return True
        return False


@dataclass(slots=True)
class Decider:
    """Decides all wishes of one matrix."""

    matrix: Matrix
    world: World
    catalogue: Catalogue
    accepts: Accepts
    roles: Roles
    _holdings: dict[tuple[str, str, bool, tuple[str, ...]], Holding] = field(default_factory=dict)
    _demands: dict[tuple[str, str], Demand] = field(default_factory=dict)

    def group(self, group: Group, wishes: Iterable[Wish]) -> tuple[Decision, ...]:
        """The decisions of one group, in the order of its wishes."""
        own = tuple(wishes)
        granted: dict[str, set[str]] = {}
        passes: dict[str, set[str]] = {}
        for wish in own:
            granted.setdefault(wish.action, set()).add(wish.environment)
            passed = action_facts(self.catalogue, wish.action).passes_in(self.matrix.partition)
            passes.setdefault(wish.environment, set()).update(passed)
        return tuple(
            self._decide(
                group,
                wish,
                {wish.environment} if self._alone(group, wish.environment) else granted[wish.action],
                passes[wish.environment],
            )
            for wish in own
        )

    def _alone(self, group: Group, environment: str) -> bool:
        """Whether the group has a principal for this environment alone."""
        place = self.world.place(self.matrix.name, environment)
        return self.roles.environment(group, place.account.name, environment) is not None

    def _decide(self, group: Group, wish: Wish, granted: set[str], passes: set[str]) -> Decision:
        facts = action_facts(self.catalogue, wish.action)
        place = self.world.place(self.matrix.name, wish.environment)
        passed = tuple(sorted(passes)) if facts.action.id == PASS_ROLE else ()
        holding = self._holding(place, facts, granted, passed)
        forbidden = [escape for escape in facts.escapes if escape.kind is EscapeKind.FORBIDDEN]
        mitigable = [escape for escape in facts.escapes if escape.kind is EscapeKind.MITIGABLE]
        unmitigated = mitigable if holding.verdict is not Verdict.HELD else []
        accepted = bool(forbidden or unmitigated or holding.verdict is Verdict.REFUSED) and self.accepts.admits(
            "escape", wish
        )
        if forbidden and not accepted:
            return self._left_out(wish, place, facts, holding, "escape", forbidden[0].when, forbidden)
        escapes = tuple((escape, self._escape_decision(escape, accepted, holding)) for escape in facts.escapes)
        if holding.verdict is Verdict.HELD:
            if any("account" in row.how for row in holding.rows) and self._unmet(group, place, facts):
                return Decision(wish, place, facts, holding, "split", "unmet", _UNMET)
            return Decision(wish, place, facts, holding, "granted", "held", "", escapes)
        if holding.verdict is Verdict.REFUSED:
            if accepted:
                return self._account_wide(group, wish, place, facts, holding, "accept", escapes)
            return self._left_out(wish, place, facts, holding, "refused", holding.reason, mitigable)
        if self.accepts.admits("residual", wish) and (accepted or not unmitigated):
            return self._account_wide(group, wish, place, facts, holding, "accept", escapes)
        if holding.verdict is Verdict.UNSAID:
            return self._left_out(wish, place, facts, holding, "unsaid", holding.reason, ())
        if unmitigated and not accepted:
            return self._left_out(wish, place, facts, holding, "escape", unmitigated[0].when, unmitigated)
        fallback = self.matrix.fallback.reads if reads(facts) else self.matrix.fallback.others
        if fallback == "grant":
            return self._account_wide(group, wish, place, facts, holding, "fallback", escapes)
        return Decision(wish, place, facts, holding, "split", fallback, holding.reason)

    def _holding(self, place: Place, facts: ActionFacts, granted: set[str], passes: tuple[str, ...]) -> Holding:
        places = self.world.account_places(place)
        everywhere = all(other.matrix == place.matrix and other.name in granted for other in places)
        key = (place.name, facts.action.id, everywhere, passes)
        if key not in self._holdings:
            tagging = self.matrix.tagging
            self._holdings[key] = hold(self.world, place, facts, Ask(tagging.keys, tagging.always, everywhere, passes))
        return self._holdings[key]

    def _account_wide(
        self,
        group: Group,
        wish: Wish,
        place: Place,
        facts: ActionFacts,
        holding: Holding,
        why: Literal["fallback", "accept"],
        escapes: tuple[tuple[Escape, EscapeDecision], ...],
    ) -> Decision:
        if self._unmet(group, place, facts):
            return Decision(wish, place, facts, holding, "split", "unmet", _UNMET)
        return Decision(wish, place, facts, holding, "residual", why, holding.reason, escapes)

    def _unmet(self, group: Group, place: Place, facts: ActionFacts) -> bool:
        """Whether no request meets what is required of the group in all environments of the account."""
        demand = self._demand(group, place)
        # A global service answers in its home region, whatever regions are demanded.
        at_home = global_region(facts.action.service, self.matrix.partition) is not None
        return demand.barred or not demand.networks or (demand.impossible and not at_home)

    def _demand(self, group: Group, place: Place) -> Demand:
        """What is required of the group in all environments of the account."""
        key = (group.name, place.name)
        if key not in self._demands:
            places = [other.name for other in self.world.account_places(place) if other.matrix == self.matrix.name]
            guard = self.roles.guard_of(self.matrix, group, place.account, place.name)
            self._demands[key] = demanded(self.matrix, group.name, tuple(places), guard=guard)
        return self._demands[key]

    def _left_out(
        self,
        wish: Wish,
        place: Place,
        facts: ActionFacts,
        holding: Holding,
        why: Why,
        reason: str,
        escapes: Iterable[Escape],
    ) -> Decision:
        if self.accepts.admits("omission", wish):
            why = "accepted-omission"
        left_out: EscapeDecision = "left-out"
        return Decision(
            wish, place, facts, holding, "omitted", why, reason, tuple((escape, left_out) for escape in escapes)
        )

    @staticmethod
    def _escape_decision(escape: Escape, accepted: bool, holding: Holding) -> EscapeDecision:
        if escape.kind is EscapeKind.ASSUMED:
            return "assumed"
        if escape.kind is EscapeKind.MITIGABLE and holding.verdict is Verdict.HELD:
            return "mitigated"
        return "accepted" if accepted else "left-out"


def reads(facts: ActionFacts) -> bool:
    """Whether `fallback.reads` decides of the action, and not `fallback.others`: what shows secrets is no mere read."""
    return facts.action.level <= Level.READ and not facts.secret


def reached(decision: Decision, granted: frozenset[str], world: World) -> tuple[str, ...]:
    """The environments of the account in which the principal was not granted the action, unlike in `granted`."""
    return tuple(
        sorted(
            world.label(place)
            for place in world.account_places(decision.place)
            if not (place.matrix == decision.place.matrix and place.name in granted)
        )
    )
