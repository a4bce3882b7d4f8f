"""What a proof excepts and what it rests on, worked out from matrix and catalogue, never taken from a manifest."""

from __future__ import annotations

from collections.abc import Sequence

from policycc.catalogue.facts import EscapeKind
from policycc.catalogue.holdability import LISTED_SPELLINGS, Verdict
from policycc.verify.intent import Holder, Scene
from policycc.verify.result import Residual

ASSUMPTIONS = (
    "no resource policy, grant or trust outside the model lets a principal in",
    "the principals hold no other identity policies",
    "the roles that an environment's compute may run as, and that compute, keep to the same matrix",
    "existing marks are right and agree",
    "a service shows the tags of a resource truthfully or not at all",
    "steady state: changes of tags, roles and policies have taken effect",
)


def residuals(scene: Scene, holders: Sequence[Holder]) -> tuple[Residual, ...]:
    """The actions that may be used account-wide, by principal, decision and reason."""
    found: dict[tuple[str, str, str, str, tuple[str, ...]], list[str]] = {}
    for holder in holders:
        for action, granted in holder.grants.items():
            facts = scene.facts(action)
            decision = scene.residual(holder, facts)
            if decision is None:
                continue
            places = scene.world.account_places(holder.places[0])
            reaches = tuple(sorted(place.name for place in places if place not in granted))
            reason = scene.holding(holder, facts, granted[0]).reason
            found.setdefault((holder.account, holder.name, decision, reason, reaches), []).append(action)
    return tuple(
        Residual(name, account, tuple(sorted(actions)), reaches, decision, reason)
        for (account, name, decision, reason, reaches), actions in sorted(found.items())
    )


def assumptions(scene: Scene, holders: Sequence[Holder]) -> tuple[str, ...]:
    """The assumptions of every proof, and those that this matrix adds."""
    found = list(ASSUMPTIONS)
    for matrix in scene.matrices.values():
        long_keys = {key for place in matrix.environments for key, _ in place.tags if len(key) > LISTED_SPELLINGS}
        if matrix.tagging.keys is None and long_keys:
            listed = ", ".join(sorted(long_keys))
            found.append(f"who creates resources does not add a second spelling of {listed}")
    by_class: dict[str, set[str]] = {}
    for holder in holders:
        for action, places in holder.grants.items():
            facts = scene.facts(action)
            kinds = {item.kind for item in facts.escapes}
            held = any(scene.holding(holder, facts, place).verdict is Verdict.HELD for place in places)
            if held and kinds == {EscapeKind.ASSUMED}:
                for item in facts.escapes:
                    by_class.setdefault(f"{item.id}: {item.mitigation}", set()).add(action)
    found += [f"{words} ({', '.join(sorted(actions))})" for words, actions in sorted(by_class.items())]
    return tuple(found)
