"""Says where a role of one environment can be passed to what is started in another.

Passing a role and starting something with it are two grants, and no condition ties the one to the other: a person who
holds both, in one group or in two, can use the role where nobody granted that. Each grant is right by itself, so this
is a warning; the proof excepts the same pairs from its verdict on escapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policycc.catalogue import pins
from policycc.catalogue.holdability import PASS_ROLE
from policycc.catalogue.world import Place
from policycc.diagnostics.model import Diagnostics, Label
from policycc.diagnostics.wording import listed
from policycc.lower.decide import Decision
from policycc.model.matrix import Matrix
from policycc.model.roles import Roles, kind_in

_LIVE = ("granted", "residual")
Made = Sequence[tuple[Matrix, Sequence[Decision]]]


@dataclass(frozen=True, slots=True)
class _Principal:
    account: str
    name: str
    kind: str


def report(made: Made, roles: Roles, diagnostics: Diagnostics) -> None:
    """One warning for each group, environment and second group; `made` are the decisions of matrices that are built
    together."""
    asked: dict[_Principal, dict[str, set[Place]]] = {}
    passing: dict[tuple[_Principal, Place], tuple[Decision, frozenset[str]]] = {}
    taking: dict[_Principal, dict[str, list[Decision]]] = {}
    for matrix, decisions in made:
        for one in decisions:
            principal = _principal(matrix, one, roles)
            asked.setdefault(principal, {}).setdefault(one.wish.action, set()).add(one.place)
            if one.outcome == "granted" and one.wish.action == PASS_ROLE:
                passing[principal, one.place] = one, frozenset(_services(one))
            if one.outcome in _LIVE and not (one.outcome == "granted" and pins.role_keys(one.facts)):
                for service in one.facts.passes_in(one.place.partition):
                    taking.setdefault(principal, {}).setdefault(service, []).append(one)
    for (principal, place), (decision, services) in passing.items():
        for other, found in taking.items():
            if other != principal and not (_people(principal, other)):
                continue
            granted = (asked[principal], asked[other])
            actions = {
                one.wish.action
                for service in services
                for one in found.get(service, ())
                if not _accepted(one) and not any(place in own.get(one.wish.action, ()) for own in granted)
            }
            if actions:
                _say(decision, principal, other, place, actions, diagnostics)


def _principal(matrix: Matrix, one: Decision, roles: Roles) -> _Principal:
    group, account = matrix.group(one.wish.group), one.place.account
    return _Principal(account.name, roles.name(group, account.name, one.place.name), kind_in(matrix, group, account))


def _people(one: _Principal, other: _Principal) -> bool:
    """Whether one person may hold the policies of both at once: those of a role or a permission set hold alone."""
    return one.account == other.account and one.kind == other.kind == "group"


def _services(one: Decision) -> Iterable[str]:
    for row in one.holding.rows:
        for way in row.ways:
            for pin in way.pins:
                if pin.key.lower() == "iam:passedtoservice":
                    yield from pin.values


def _accepted(one: Decision) -> bool:
    return any(made == "accepted" for _, made in one.escapes)


def _say(
    decision: Decision,
    principal: _Principal,
    other: _Principal,
    place: Place,
    actions: Iterable[str],
    diagnostics: Diagnostics,
) -> None:
    both = principal.name != other.name
    who = f"who is in {listed(sorted((principal.name, other.name)))}" if both else f"`{principal.name}`"
    way = "make them roles, which nobody holds at once" if both else "make it a role with `per_environment = true`"
    span = decision.wish.entry.span
    diagnostics.warning(
        "PCC412",
        f"{who} can call {listed(sorted(actions))} with a role of `{place.name}`, where that is not granted",
        *([Label(span)] if span is not None else []),
        help=f"grant it in `{place.name}` as well, {way}, or give `{place.name}` an account of its own",
    )
