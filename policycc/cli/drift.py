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

_SHOWN = 5


def report_drift(folder: Path, outcome: Outcome, diagnostics: Diagnostics) -> None:
    """Adds PCC503 for every pattern of a built policy that admits actions which it was not built for, and PCC504 for
    every cell to which the next build grants more or less. Says nothing of a folder without a build of these matrices,
    or with one of the same catalogue; that a manifest cannot be read is the business of `build` and `verify`."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        if manifest["catalogue"]["version"] == outcome.catalogue.version:
            return
        built = {item["name"]: item["resolved_sha256"] for item in manifest["matrices"]}
        before = _cells(
            (group["group"], group["environments"], (*group["actions"], *group.get("companions", ())))
            for group in manifest["grants"]
        )
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
        _grants_drift(before, _cells(_entry(grant) for grant in outcome.grants), diagnostics)


def _entry(grant: Grant) -> tuple[str, Iterable[str], Iterable[str]]:
    return (grant.group, grant.environments, (*grant.actions, *grant.companions))


def _cells(grants: Iterable[tuple[str, Iterable[str], Iterable[str]]]) -> Mapping[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for group, environments, actions in grants:
        for environment in environments:
            found[group, environment].update(actions)
    return found


def _patterns(path: Path) -> list[str]:
    body = json.loads(path.read_bytes())
    actions = [action for statement in body["Statement"] for action in statement["Action"]]
    return [action for action in actions if "*" in action or "?" in action]


def _patterns_drift(policies: Mapping[str, list[str]], granted: set[str], diagnostics: Diagnostics) -> None:
    from policycc.catalogue.catalogue import load
    from policycc.plan.drift import pattern_drift

    for found in pattern_drift(policies, granted, load()):
        diagnostics.error(
            "PCC503",
            f"`{found.pattern}` in `{found.path}` now also matches {_some(found.admitted)}",
            help="build again: what a selector of the matrix names is granted, and the pattern excludes the rest",
        )


def _grants_drift(
    before: Mapping[tuple[str, str], set[str]], after: Mapping[tuple[str, str], set[str]], diagnostics: Diagnostics
) -> None:
    from policycc.plan.drift import grant_drift

    for found in grant_drift(before, after):
        changes = [
            f"{word} {_some(names)}" for word, names in (("gains", found.gained), ("loses", found.lost)) if names
        ]
        diagnostics.warning(
            "PCC504",
            f"with the next build `{found.group}` {' and '.join(changes)} in `{found.environment}`",
            help="the catalogue in use is not the one of the last build; build again to accept this",
        )


def _some(names: tuple[str, ...]) -> str:
    if len(names) <= _SHOWN:
        return listed(names)
    return f"{', '.join(f'`{name}`' for name in names[:_SHOWN])} and {plural(len(names) - _SHOWN, 'more action')}"
