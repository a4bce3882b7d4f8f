from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from policycc.diagnostics.model import Diagnostics
from policycc.emit.naming import check_names, is_safe, matrix_paths, policy_name
from policycc.ir.statement import Principal
from tests.support import outputs


@pytest.mark.parametrize(
    "path", ["main/webshop-developers.json", "main/trust/deploy-dev.json", "a/b_c.d-e.json", "manifest.json", "1/2"]
)
def test_plain_names_are_safe(path: str) -> None:
    assert is_safe(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../x.json",
        "main/../../x.json",
        "main/./x.json",
        "main//x.json",
        "main/",
        ".hidden/x.json",
        "main/x.",
        "main/x ",
        "con/x.json",
        "main/NUL.json",
        "main/com1.json",
        "main/x\0.json",
        "main/x\n.json",
        "main\\x.json",
        "c:/x.json",
        "main/~x.json",
        "main/-x.json",
        "main/é.json",
        "main/" + "x" * 300,
    ],
)
def test_hostile_names_are_not(path: str) -> None:
    assert not is_safe(path)


def test_only_later_policies_show_their_number() -> None:
    assert policy_name(outputs.DEVELOPERS) == "webshop-developers"
    assert policy_name(outputs.DEVELOPERS, 2) == "webshop-developers-2"


def _codes(*principals: Principal) -> list[str]:
    diagnostics = Diagnostics()
    documents = [outputs.document("ec2:StopInstances", principal=principal) for principal in principals]
    assert check_names(documents, [], diagnostics) is (len(diagnostics) == 0)
    return [item.code for item in diagnostics]


def test_names_of_their_own_pass() -> None:
    assert _codes(outputs.DEVELOPERS, outputs.DEPLOY) == []


def test_two_matrices_and_groups_may_not_meet_in_one_name() -> None:
    first = Principal("main", "c", "group", "c", "a-b")
    second = Principal("main", "b-c", "group", "b-c", "a")
    assert _codes(first, second) == ["PCC603"]


def test_names_that_differ_in_case_only_clash() -> None:
    upper = replace(outputs.DEPLOY, name="DEPLOY-dev")
    assert _codes(outputs.DEPLOY, upper) == ["PCC603"]


def test_a_device_name_of_windows_is_no_account_folder() -> None:
    assert _codes(replace(outputs.DEVELOPERS, account="aux")) == ["PCC602"]


def test_names_longer_than_iam_takes_are_told() -> None:
    role = Principal("main", "deploy-" + "e" * 60, "role", "deploy", "webshop", "e" * 60)
    assert _codes(role) == ["PCC602"]
    group = Principal("main", "g" * 125, "group", "g", "webshop")
    assert _codes(group) == ["PCC602"]


@pytest.mark.parametrize("folder", [".", "a", "a/b"])
def test_a_manifest_names_matrices_alike_from_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / folder)
    shop, billing = (os.path.relpath(tmp_path / "a" / name / "matrix.toml") for name in ("shop", "billing"))
    assert matrix_paths([shop]) == ("matrix.toml",)
    assert matrix_paths([str(tmp_path / "a" / "shop" / "matrix.toml"), billing]) == (
        "shop/matrix.toml",
        "billing/matrix.toml",
    )
    assert matrix_paths(["<stdin>"]) == ("<stdin>",)
    assert matrix_paths([]) == ()
