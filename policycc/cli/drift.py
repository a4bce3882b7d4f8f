"""For `check`: what the catalogue in use changes for policies that were built with another one."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from policycc.cli.wording import plural
from policycc.diagnostics.model import Diagnostics
from policycc.diagnostics.wording import listed
from policycc.emit.layout import MANIFEST
from policycc.ir.outcome import Grant, Outcome
from policycc.plan.drift import Cell, Held, grant_drift, holding_drift, pattern_drift

_SHOWN = 5


def report_drift(folder: Path, outcome: Outcome, diagnostics: Diagnostics) -> None:
    """Adds PCC503 for every pattern of a built policy that admits actions which it was not built for, PCC504 for every
    cell to which the next build grants more or less, and PCC508 for what it holds in other ways. Says nothing of a
    folder without a build of these matrices, or with one of the same catalogue; that a manifest cannot be read is the
    business of `build` and `verify`."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        if manifest["catalogue"]["version"] == outcome.catalogue.version:
            return
        built = {item["name"]: item["resolved_sha256"] for item in manifest["matrices"]}
        before = _cells(_written(entry) for entry in manifest["grants"])
        policies = {
            policy["path"]: _patterns(folder / policy["path"])
            for principal in manifest["principals"]
            for policy in principal["policies"]
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    _patterns_drift(policies, {action for actions in before.values() for action in actions}, diagnostics)
    if built == {item.name: item.resolved_sha256 for item in outcome.matrices}:
        # With the matrix unchanged, whatever differs is the catalogue's doing.
        after = _cells(outcome.grants)
        _grants_drift(before, after, diagnostics)
        _holding_drift(before, after, diagnostics)


def _written(entry: dict[str, Any]) -> Grant:
    """An entry of a manifest, as far as drift is concerned."""
    return Grant(
        entry["group"],
        tuple(entry["environments"]),
        tuple(entry["actions"]),
        entry["outcome"],
        tuple((kind, tuple(ways)) for kind, ways in entry["how"].items()),
        tuple(entry.get("companions", ())),
    )


def _cells(grants: Iterable[Grant]) -> Mapping[Cell, dict[str, Held]]:
    """What became of each action of each cell. A companion is there where its action is; by which ways, the action's
    own entry says if there is one."""
    found: dict[Cell, dict[str, Held]] = defaultdict(dict)
    companions: dict[Cell, set[str]] = defaultdict(set)
    for grant in grants:
        ways = tuple(sorted({way for _, some in grant.how for way in some})) if grant.outcome == "granted" else ()
        held = Held(grant.outcome in ("granted", "residual"), ways)
        for environment in grant.environments:
            cell = (grant.group, environment)
            found[cell].update(dict.fromkeys(grant.actions, held))
            companions[cell].update(grant.companions)
    for cell, names in companions.items():
        for name in names:
            if not (name in found[cell] and found[cell][name].granted):
                found[cell][name] = Held(True, ("companion",))
    return found


def _patterns(path: Path) -> list[str]:
    body = json.loads(path.read_bytes())
    lists = [statement.get("Action", []) for statement in body["Statement"]]
    actions = [action for some in lists for action in ([some] if isinstance(some, str) else some)]
    return [action for action in actions if "*" in action or "?" in action]


def _patterns_drift(policies: Mapping[str, list[str]], granted: set[str], diagnostics: Diagnostics) -> None:
    from policycc.catalogue.catalogue import load

    for found in pattern_drift(policies, granted, load()):
        diagnostics.error(
            "PCC503",
            f"`{found.pattern}` in `{found.path}` now also matches {_some(found.admitted)}",
            help="build again: what a selector of the matrix names is granted, and the pattern excludes the rest",
        )


def _grants_drift(
    before: Mapping[Cell, dict[str, Held]], after: Mapping[Cell, dict[str, Held]], diagnostics: Diagnostics
) -> None:
    for found in grant_drift(before, after):
        changes = [
            f"{word} {_some(names)}" for word, names in (("gains", found.gained), ("loses", found.lost)) if names
        ]
        diagnostics.warning(
            "PCC504",
            f"with the next build `{found.group}` {' and '.join(changes)} in `{found.environment}`",
            help="the catalogue in use is not the one of the last build; build again to accept this",
        )


def _holding_drift(
    before: Mapping[Cell, dict[str, Held]], after: Mapping[Cell, dict[str, Held]], diagnostics: Diagnostics
) -> None:
    for found in holding_drift(before, after):
        diagnostics.warning(
            "PCC508",
            f"with the next build `{found.group}` holds {_some(found.actions)} {_ways(found.now)} in "
            f"`{found.environment}`, and no longer {_ways(found.was)}",
            help="the catalogue in use is not the one of the last build; `policycc catalogue diff` says what it "
            "changes, and a new build accepts it",
        )


def _ways(ways: tuple[str, ...]) -> str:
    return f"by {' and '.join(ways)}" if ways else "account-wide"


def _some(names: tuple[str, ...]) -> str:
    if len(names) <= _SHOWN:
        return listed(names)
    return f"{', '.join(f'`{name}`' for name in names[:_SHOWN])} and {plural(len(names) - _SHOWN, 'more action')}"
