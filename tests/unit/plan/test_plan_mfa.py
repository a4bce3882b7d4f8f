"""MFA keeps environments apart for what reaches a whole account by a role that people assume."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policycc.cli.app import status_of_run

MATRIX = """version = 1
name = "webshop"
[accounts.main]
id = "111111111111"
[accounts.hub]
id = "333333333333"
identity = true
[environments.dev]
[environments.prod]
[access.operators]
"*" = ["ec2:DescribeInstances"]
"""


@pytest.mark.parametrize(("where", "accounts"), [('environments = ["prod"]\n', 2), ("", 1)], ids=["prod", "all"])
def test_mfa_that_differs_is_a_conflict(
    where: str, accounts: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "matrix.toml"
    path.write_text(MATRIX + "[[require]]\nmfa = true\n" + where, "utf-8")
    assert status_of_run(["plan", str(path), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    optimum = next(one for one in found["topologies"] if one["name"] == "optimum")
    holding = [one for one in optimum["accounts"] if one["environments"]]
    assert len(holding) == accounts
    assert optimum["splits"] == []
