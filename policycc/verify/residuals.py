"""What a proof excepts and what it rests on, worked out from matrix and catalogue, never taken from a manifest."""

from __future__ import annotations

from collections.abc import Sequence

from policycc.catalogue.facts import EscapeKind
from policycc.catalogue.spellings import LISTED_SPELLINGS
from policycc.verify.intent import Scene
from policycc.verify.marks import RESERVED_BUCKETS
from policycc.verify.prove import Prover
from policycc.verify.result import Residual

ASSUMPTIONS = (
    "no resource policy, grant or trust outside the model lets a principal in",
    "the principals hold no other identity policies",
    "the roles that an environment's compute may run as, and that compute, keep to the same matrix",
    "existing marks are right and agree",
    "a service shows the tags of a resource truthfully or not at all",
    f"no bucket is called {' or '.join(f'`{name}`' for name in RESERVED_BUCKETS)}",
    "steady state: changes of tags, roles and policies have taken effect",
)


def residuals(provers: Sequence[Prover]) -> tuple[Residual, ...]:
    """The actions that may be used account-wide, by principal, decision and reason."""
    found: dict[tuple[str, str, str, str, tuple[str, ...]], list[str]] = {}
    for prover in provers:
        scene, holder = prover.scene, prover.holder
        places = scene.world.account_places(holder.places[0])
        for alike in prover.classes:
            decision = next(filter(None, alike.decisions), None)
            if decision is None:
                continue
            reaches = tuple(sorted(place.name for place in places if place not in alike.granted))
            reason = alike.holdings[0].reason
            key = (holder.account, holder.name, decision, reason, reaches)
            found.setdefault(key, []).extend(alike.actions)
    return tuple(
        Residual(name, account, tuple(sorted(actions)), reaches, decision, reason)
        for (account, name, decision, reason, reaches), actions in sorted(found.items())
    )


def assumptions(scene: Scene, provers: Sequence[Prover]) -> tuple[str, ...]:
    """The assumptions of every proof, and those that this matrix adds."""
    found = list(ASSUMPTIONS)
    for matrix in scene.matrices.values():
        long_keys = {key for place in matrix.environments for key, _ in place.tags if len(key) > LISTED_SPELLINGS}
        if matrix.tagging.keys is None and long_keys:
            listed = ", ".join(sorted(long_keys))
            found.append(f"who creates resources does not add a second spelling of {listed}")
    found += sorted(
        {
            f"the permissions boundary {group.permissions_boundary} allows what is granted to {group.name}"
            for matrix in scene.matrices.values()
            for group in matrix.groups
            if group.permissions_boundary is not None
        }
    )
    by_class: dict[str, set[str]] = {}
    for prover in provers:
        for alike in prover.classes:
            facts = scene.facts(alike.action)
            if alike.statements.allows and {item.kind for item in facts.escapes} == {EscapeKind.ASSUMED}:
                for item in facts.escapes:
                    by_class.setdefault(f"{item.id}: {item.mitigation}", set()).update(alike.actions)
    found += [f"{words} ({', '.join(sorted(actions))})" for words, actions in sorted(by_class.items())]
    return tuple(found)
