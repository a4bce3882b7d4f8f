"""New data is listed, and never silently classed."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from policycc.catalogue.catalogue import load
from policycc.catalogue.facts import ActionKind
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
    """Tomorrow's data: sqs has gained a copying, a tagging and a creating action, and has lost one."""
    root = tmp_path_factory.mktemp("newer") / "data"
    shutil.copytree(load().files.root, root)
    path = root / "actions" / "sqs.json"
    actions = json.loads(path.read_text(encoding="utf-8"))
    pattern = actions["createqueue"]
    for name in ("CopyQueue", "CreateStack", "AttachQueueTags"):
        actions[name.lower()] = {**pattern, "name": name, "conditionKeys": []}
    actions["forkqueue"] = {**pattern, "name": "ForkQueue", "conditionKeys": ["aws:RequestTag/${TagKey}"]}
    del actions["purgequeue"]
    del actions["tagqueue"]
    path.write_text(json.dumps(actions), encoding="utf-8")
    return root


def test_new_candidates_and_lost_actions_are_listed(newer: Path) -> None:
    catalogue = load(newer)
    found = compare(catalogue)
    assert found.candidates == {
        "copies": {"sqs": ["CopyQueue"]},
        "creates": {"sqs": ["CreateStack"]},
        "tags": {"sqs": ["ForkQueue"]},
        "writers": {"sqs": ["AttachQueueTags"]},
    }
    assert "sqs:TagQueue (actions)" in found.gone
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
