"""New data is listed, and never silently classed."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from policycc.catalogue.catalogue import load
from policycc.catalogue.facts import ActionKind, Part
from policycc.catalogue.holding_facts import facts
from policycc.catalogue.refresh import candidates, compare, main, reviewed


def test_every_candidate_of_todays_data_is_on_record() -> None:
    found = compare(load())
    assert found.candidates == {}
    assert found.gone == ()
    assert candidates(load()) == reviewed()


def test_candidates_by_keys_and_by_name_grant_nothing_by_the_created_rung() -> None:
    known = reviewed()
    for kind in ("tags", "copies"):
        for service, names in known[kind].items():
            for name in names:
                assert facts(load(), f"{service}:{name}").kind is ActionKind.UNDECIDED, f"{service}:{name}"


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tomorrow's data: sqs has gained actions that copy, tag, create and share, and has lost some; CreateQueue has a
    further resource type, and SNS has another name for its topics."""
    root = tmp_path_factory.mktemp("newer") / "data"
    shutil.copytree(load().files.root, root)
    path = root / "actions" / "sqs.json"
    actions = json.loads(path.read_text(encoding="utf-8"))
    pattern = actions["createqueue"]
    for name in ("CopyQueue", "CreateStack", "AttachQueueTags"):
        actions[name.lower()] = {**pattern, "name": name, "conditionKeys": []}
    actions["forkqueue"] = {**pattern, "name": "ForkQueue", "conditionKeys": ["aws:RequestTag/${TagKey}"]}
    actions["sharequeue"] = {**pattern, "name": "ShareQueue", "accessLevel": "Permissions management"}
    actions["sharequeue"]["conditionKeys"] = []
    actions["createqueue"] = {**pattern, "resourceTypes": [*pattern["resourceTypes"], _row("lane")]}
    del actions["purgequeue"]
    del actions["tagqueue"]
    path.write_text(json.dumps(actions), encoding="utf-8")
    types = root / "resourceTypes" / "sqs.json"
    known = json.loads(types.read_text(encoding="utf-8"))
    lane = {**known["queue"], "key": "lane", "arn": "arn:${Partition}:sqs:${Region}:${Account}:lane/${LaneId}"}
    types.write_text(json.dumps({**known, "lane": lane}), encoding="utf-8")
    for folder in ("actions", "resourceTypes"):
        path = root / folder / "sns.json"
        path.write_text(path.read_text(encoding="utf-8").replace('"topic"', '"Thema"'), encoding="utf-8")
    return root


def _row(name: str) -> dict[str, object]:
    return {"name": name, "required": False, "conditionKeys": [], "dependentActions": []}


def test_new_candidates_and_lost_actions_are_listed(newer: Path) -> None:
    catalogue = load(newer)
    found = compare(catalogue)
    assert found.candidates == {
        "copies": {"sqs": ["CopyQueue"]},
        "creates": {"sqs": ["CreateStack"]},
        "permissions": {"sqs": ["ShareQueue"]},
        "rows": {"sns": ["CreateTopic/Thema"], "sqs": ["CreateQueue/lane"]},
        "tags": {"sqs": ["ForkQueue"]},
        "writers": {"sqs": ["AttachQueueTags"]},
    }
    assert "sqs:TagQueue (actions)" in found.gone
    assert {"sns:topic (types)", "sns:CreateTopic/topic (actions)"} <= set(found.gone)
    lane = next(row for row in facts(catalogue, "sqs:CreateQueue").rows if row.type == "lane")
    assert lane.part is Part.EXISTING
    assert facts(catalogue, "sqs:CopyQueue").kind is ActionKind.UNDECIDED
    assert facts(catalogue, "sqs:ForkQueue").kind is ActionKind.UNDECIDED


def test_the_command(newer: Path) -> None:
    out = io.StringIO()
    assert main([], out) == 0
    assert out.getvalue() == f"catalogue {load().version}\nnothing new\n"
    out = io.StringIO()
    assert main([str(newer)], out) == 1
    assert "copies: sqs:CopyQueue\n" in out.getvalue()
    assert "gone: sqs:TagQueue (actions)\n" in out.getvalue()


def test_wrong_usage(tmp_path: Path) -> None:
    err = io.StringIO()
    assert main(["one", "two"], io.StringIO(), err) == 2
    assert main([str(tmp_path)], io.StringIO(), err) == 2
    assert "cannot read" in err.getvalue()
