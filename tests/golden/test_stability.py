"""One action more changes two documents of the group that gets it, and nothing of anybody else.

Where a group has three documents or more, an action whose grants stand in several places may change a third
(docs/minimality.md). `POLICYCC_STABILITY` is the number of actions that are tried for each group; one is drawn in every
run. With `pytest -s`, how many documents changed how often.
"""

from __future__ import annotations

import copy
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from policycc.catalogue.catalogue import load
from policycc.pipeline import check
from tests.support.matrices import Fixture, fixture, fixtures

TRIES = int(os.environ.get("POLICYCC_STABILITY", "1"))
SHARE = 10
"""One in so many may change more than two documents, and so none where fewer are tried."""
Documents = dict[tuple[str, str], set[bytes]]
"""What each policy of a principal holds, by account and principal."""


def documents(paths: list[Path]) -> Documents | None:
    """The documents of each principal, None where the matrices have errors."""
    result = check([str(path) for path in paths])
    if result.diagnostics.has_errors:
        return None
    found: Documents = {}
    for item in result.emitted:
        if item.kind != "trust":
            found.setdefault((item.principal.account, item.principal.name), set()).add(item.content)
    return found


@cache
def base(name: str) -> Documents:
    found = documents([source.path for source in fixture(name).sources])
    assert found is not None
    return found


def additions(found: Fixture) -> Iterator[tuple[int, str, str, str]]:
    """Some actions that some groups do not have yet: the matrix, the group, the column and the action."""
    chance = random.Random(f"{found.name} 20261123")
    granted: dict[str, set[str]] = {}
    for cell in found.cells():
        granted.setdefault(cell.group, set()).update(cell.actions)
    for place, source in enumerate(found.sources):
        services = source.data.get("services") or sorted(
            {name.split(":")[0] for all_ in granted.values() for name in all_}
        )
        known = [action.id for service in services for action in load().service(service).actions()]
        for group, columns in sorted(source.data["access"].items()):
            fresh = sorted(set(known) - granted.get(group, set()))
            for action in chance.sample(fresh, min(TRIES, len(fresh))):
                yield place, group, chance.choice(sorted(columns)), action


def written(found: Fixture, folder: Path, changed: int, group: str, column: str, action: str) -> list[Path]:
    paths = []
    for place, source in enumerate(found.sources):
        data: dict[str, Any] = copy.deepcopy(source.data)
        data.pop("include", None)
        if place == changed:
            data["access"][group][column].append(action)
            data["expect"] = []
        paths.append(folder / f"{source.name}.json")
        paths[-1].write_text(json.dumps(data, default=str), "utf-8")
    return paths


@pytest.mark.parametrize("name", [found.name for found in fixtures()])
def test_one_more_action_changes_two_documents_at_most_and_nothing_of_anybody_else(name: str, tmp_path: Path) -> None:
    found = fixture(name)
    before = base(name)
    changed: Counter[int] = Counter()
    for place, group, column, action in additions(found):
        after = documents(written(found, tmp_path, place, group, column, action))
        if after is None:
            continue  # some actions cannot be granted there when they are named
        most = 0
        for (account, principal), held in before.items():
            now = after.get((account, principal), set())
            if principal != group and not principal.startswith(f"{group}-"):
                assert now == held, (action, group, principal)
            most = max(most, len(held - now))
        changed[most] += 1
    print(name, dict(sorted(changed.items())))
    assert changed
    more = sum(count for documents_changed, count in changed.items() if documents_changed > 2)
    assert more <= changed.total() // SHARE, changed
