"""`--templates DIR` through the whole compiler: what is unusable stops it, and what opens a hole is not written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.compiling import TWO, Compile, written
from tests.support.running import policycc

MATRIX = TWO + '[access.developers]\ndev = ["ec2:StopInstances"]\n'
PLAIN = '{"Effect": "Allow", "Action": {{ actions | tojson }}, "Resource": {{ resources | tojson }}%s}'
HELD = PLAIN % ', "Condition": {{ conditions({"StringEquals": resource_tags}, request, pins) | tojson }}'
HOLES = {
    "no condition": PLAIN % "",
    "more actions": HELD.replace("{{ actions | tojson }}", '["ec2:StopInstances", "ec2:StartInstances"]'),
    "a tag writer": HELD.replace("{{ actions | tojson }}", '"ec2:CreateTags"'),
    "an escape": HELD.replace("{{ actions | tojson }}", '"iam:PutRolePolicy"'),
    "an absent tag": PLAIN % ', "Condition": {"StringEqualsIfExists": {{ resource_tags | tojson }} }',
    "another value": PLAIN % ', "Condition": {"StringLike": {"aws:ResourceTag/env": "d*"}}',
    "another environment": PLAIN % ', "Condition": {"StringEquals": {"aws:ResourceTag/env": "prod"}}',
    "the tag of the caller": PLAIN
    % ', "Condition": {"StringEquals": {"aws:ResourceTag/env": "${aws:PrincipalTag/env}"}}',
    "too narrow": PLAIN % ', "Condition": {"StringEquals": {"aws:ResourceTag/env": "dev", "aws:SourceVpc": "vpc-1"}}',
}


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    (tmp_path / "own" / "statements").mkdir(parents=True)
    return tmp_path / "own"


def put(templates: Path, text: str) -> Path:
    (templates / "statements" / "tag.json.j2").write_text(text, "utf-8")
    return templates


def test_an_own_template_that_says_the_same_gives_the_same(build: Compile, templates: Path) -> None:
    ours, own = build(MATRIX), build(MATRIX, templates=put(templates, HELD))
    assert own.said == []
    assert own.result.files == ours.result.files


@pytest.mark.parametrize("hole", HOLES)
def test_a_template_with_a_hole_is_refuted_and_gives_no_files(build: Compile, templates: Path, hole: str) -> None:
    done = build(MATRIX, templates=put(templates, HOLES[hole]))
    assert {code for code, severity in done.said if severity == "error"} == {"PCC701"}
    assert done.result.files is None


def test_what_cannot_be_decided_is_no_success(build: Compile, templates: Path) -> None:
    undecidable = '"StringNotEqualsIgnoreCase": {"aws:username": "${aws:userid}"}'
    tags = '"StringEquals": {{ resource_tags | tojson }}'
    done = build(MATRIX, templates=put(templates, PLAIN % f', "Condition": {{{tags}, {undecidable}}} '))
    assert set(done.said) == {("PCC702", "error")}
    assert done.result.files is None


@pytest.mark.parametrize("text", ["{{ nothing }}", "{", PLAIN.replace("Allow", "Deny") % "", "{% set a = 1 %}"])
def test_an_unusable_template_is_told_and_gives_no_files(build: Compile, templates: Path, text: str) -> None:
    done = build(MATRIX, templates=put(templates, text))
    assert done.said == [("PCC613", "error")]
    assert "`tag`" in done.text("PCC613")
    assert done.result.files is None


def test_a_template_of_a_way_that_is_not_used_is_not_read(build: Compile, templates: Path) -> None:
    (templates / "statements" / "role.json.j2").write_text("{", "utf-8")
    assert build(MATRIX, templates=templates).said == []


def test_a_template_may_not_test_what_a_require_tests(check: Compile, templates: Path) -> None:
    put(templates, PLAIN % ', "Condition": {"Bool": {"aws:multifactorauthpresent": "true"}}')
    done = check(MATRIX + "[[require]]\nmfa = true\n", templates=templates)
    assert done.said == [("PCC613", "error")]
    assert "[[require]]" in done.text("PCC613")


def test_the_command_line_writes_nothing_of_a_hole(tmp_path: Path, templates: Path) -> None:
    (path,) = written(tmp_path, (MATRIX,))
    put(templates, HOLES["no condition"])
    done = policycc("build", path, "-o", "out", "--templates", str(templates), cwd=tmp_path)
    assert done.status == 1
    assert "PCC701" in done.err + done.out
    assert "Traceback" not in done.err
    assert not (tmp_path / "out").exists()
