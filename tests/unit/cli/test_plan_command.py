"""`policycc plan`, from a file to what is shown and written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from policycc import _resources
from policycc.cli.app import status_of_run

SCHEMA = json.loads(_resources.schema("plan.schema.json").read_bytes())
MATRIX = """\
version = 1
name = "webshop"

[environments."*"]
names = ["{name}-{environment}-*"]

[environments.dev] # where everybody plays
[environments.test]
# Under audit one day.
[environments.prod]

[access.developers]
dev = ["ec2:DescribeInstances", "ec2:StopInstances"]

[access.operators]
prod = ["ec2:DescribeInstances", "rds:CancelExportTask"]
"""


@pytest.fixture
def matrix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "matrix.toml"
    path.write_text(MATRIX)
    return path


def planned(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert status_of_run(["plan", "--format", "json", *arguments]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    return found


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_json_says_what_forces_the_split_and_where(matrix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = planned(capsys)
    cell = {
        "place": "matrix.toml:16:34",
        "group": "operators",
        "environment": "prod",
        "actions": ["rds:CancelExportTask"],
    }
    assert [conflict["between"] for conflict in found["conflicts"]] == [["dev", "prod"], ["prod", "test"]]
    assert all(conflict["grants"] == [cell] for conflict in found["conflicts"])
    optimum = found["topologies"][-1]
    assert [account["environments"] for account in optimum["accounts"]] == [["dev", "test"], ["prod"]]
    assert found["optimum"] == {"exact": True, "accounts_at_least": 2}


def test_the_text_draws_the_graph_and_names_the_cells(matrix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of_run(["plan"]) == 0
    out = capsys.readouterr().out
    assert "  dev  ●──╮\n  prod ●──┴──╮\n  test ●─────╯\n" in out
    assert "    matrix.toml:16:34 operators prod rds:CancelExportTask\n" in out
    assert "optimum: the same accounts as in hybrid" in out


def test_markdown_has_a_table_and_a_graph(matrix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of_run(["plan", "--format", "markdown"]) == 0
    out = capsys.readouterr().out
    assert "```mermaid\n" in out and 'e0 ---|"1 grant"| e1' in out
    assert "| accounts | 1 | 1 | 2 | 3 | 2 |" in out


@pytest.mark.parametrize("topology", ["single", "hybrid", "separate", "optimum"])
def test_what_is_written_is_what_was_planned(topology: str, matrix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = next(one for one in planned(capsys)["topologies"] if one["name"] == topology)
    assert status_of_run(["plan", "--write", topology]) == 0
    assert capsys.readouterr().out.endswith("written to matrix.toml\n")
    after = planned(capsys)["topologies"][0]
    for item in (*before["splits"], *after["splits"]):
        item["place"] = None  # the lines have moved
    volatile = ("name", "moves", "accounts")
    assert {key: after[key] for key in after if key not in volatile} == {
        key: before[key] for key in before if key not in volatile
    }
    homes = [{account["name"]: account["environments"] for account in one["accounts"]} for one in (before, after)]
    assert homes[0] == homes[1]
    lines = iter(matrix.read_text().splitlines())
    assert all(line in lines for line in MATRIX.splitlines())
    assert status_of_run(["check", "matrix.toml"]) == 0


def test_writing_twice_changes_nothing(matrix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of_run(["plan", "--write", "optimum"]) == 0
    written = matrix.read_text()
    assert status_of_run(["plan", "--write", "optimum"]) == 0
    assert matrix.read_text() == written
    assert "has these accounts already" in capsys.readouterr().out


def test_a_topology_that_scopes_rule_out_is_not_written(matrix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = MATRIX.replace("[environments.prod]\n", '[environments.prod]\nscopes = ["pci"]\n')
    matrix.write_text(text)
    assert status_of_run(["plan", "--write", "single"]) == 1
    assert "PCC505" in capsys.readouterr().err
    assert matrix.read_text() == text
    assert status_of_run(["plan", "--write", "optimum"]) == 0
    assert status_of_run(["check"]) == 0


@pytest.mark.parametrize("suffix", [".json", ".yaml"])
def test_other_forms_than_toml_are_told_what_to_write(
    suffix: str, matrix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import tomllib

    path = matrix.with_suffix(suffix)
    path.write_text(json.dumps(tomllib.loads(MATRIX)))
    before = path.read_bytes()
    assert status_of_run(["plan", path.name, "--write", "optimum"]) == 2
    err = capsys.readouterr().err
    assert "PCC614" in err and '`account` of `environments.prod` is "prod"' in err
    assert path.read_bytes() == before


def test_standard_input_is_read_but_not_written(
    matrix: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MATRIX.encode())))
    assert planned(capsys, "-")["conflicts"][0]["grants"][0]["place"] == "<stdin>:16:34"
    assert status_of_run(["plan", "-", "--write", "single"]) == 2
    assert "standard input" in capsys.readouterr().err


def test_a_matrix_with_errors_is_not_planned(matrix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    matrix.write_text(MATRIX.replace("ec2:StopInstances", "ec2:StpInstances"))
    assert status_of_run(["plan"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and "PCC302" in said.err


def test_a_link_and_a_read_only_file_are_left_alone(matrix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link = matrix.with_name("link.toml")
    link.symlink_to(matrix)
    assert status_of_run(["plan", "link.toml", "--write", "optimum"]) == 2
    matrix.chmod(0o444)
    assert status_of_run(["plan", "matrix.toml", "--write", "optimum"]) == 2
    assert capsys.readouterr().err.count("PCC614") == 2
    assert matrix.read_text() == MATRIX


SHARED = """\
version = 1
name = "shop"
[accounts.p]
[accounts.q]
[environments.dev]
[environments.prod]
scopes = ["pci"]
account = "p"
[environments.platform]
shared = true
scopes = ["other"]
account = "q"
[access.ops]
dev = ["ec2:StartInstances"]
prod = ["ec2:StopInstances"]
"""


@pytest.mark.parametrize("topology", ["single", "hybrid", "separate", "optimum"])
def test_a_shared_environment_with_an_account_of_its_own_keeps_it(
    topology: str, matrix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = SHARED.replace("[environments.dev]\n", "").replace('dev = ["ec2:StartInstances"]\n', "")
    matrix.write_text(alone if topology == "single" else SHARED)
    assert status_of_run(["plan", "--write", topology]) == 0
    written = matrix.read_text()
    assert 'account = "q"' in written and "accounts.platform" not in written
    capsys.readouterr()
    assert status_of_run(["plan", "--write", topology]) == 0
    assert "nothing to write" in capsys.readouterr().out
    assert matrix.read_text() == written


OPEN = """\
version = 1
name = "shop"
[accounts.p]
[accounts.q]
[environments.dev]
account = "p"
[environments.prod]
account = "q"
[access.ops]
dev = [{dev}]
prod = [{prod}]
"""


def ending(capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert status_of_run(["plan"]) == 0
    return [line for line in capsys.readouterr().out.splitlines() if "would be kept" in line]


def test_an_account_that_the_optimum_does_without_would_not_be_kept(
    matrix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both fit into p, so that q is left over whatever it is."""
    matrix.write_text(OPEN.format(dev='"ec2:DescribeInstances"', prod='"ec2:StopInstances"'))
    assert ending(capsys) == []
    matrix.write_text(matrix.read_text().replace("[accounts.q]", "[accounts.q]\nexclusive = true"))
    assert "q" not in {account["name"] for account in planned(capsys)["topologies"][-1]["accounts"]}


@pytest.mark.parametrize("prod", ["rds:CancelExportTask", "ec2:StopInstances"])
def test_what_is_said_to_be_kept_if_exclusive_is_kept_then(
    prod: str, matrix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matrix.write_text(OPEN.format(dev='"rds:CancelExportTask"', prod=f'"{prod}"').replace('account = "p"\n', ""))
    matrix.write_text(matrix.read_text().replace("[access.ops]", '[access.others]\nprod = ["ec2:*"]\n[access.ops]'))
    (line,) = ending(capsys)
    names = line.partition(" would be kept")[0].split(" and ")
    assert ("they were" in line) == (len(names) > 1)
    before = {account["name"] for account in planned(capsys)["topologies"][-1]["accounts"]}
    text = matrix.read_text()
    for name in names:
        text = text.replace(f"[accounts.{name}]\n", "").replace(
            "\n[env", f"\n[accounts.{name}]\nexclusive = true\n[env", 1
        )
    matrix.write_text(text)
    after = {account["name"] for account in planned(capsys)["topologies"][-1]["accounts"]}
    assert set(names) <= after and not set(names) & before


YAML = """\
version: 1
name: desk
accounts: {desk: {exclusive: true}}
environments: {dev: {account: desk, tags: {env: desk}}}
access: {writers: {dev: ["rds:CancelExportTask"]}}
"""


def test_yaml_that_needs_no_change_is_in_nobodys_way(matrix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = matrix.with_name("desk.yaml")
    other.write_text(YAML)
    assert status_of_run(["plan", "desk.yaml", "--write", "optimum"]) == 0
    assert "nothing to write" in capsys.readouterr().out
    assert status_of_run(["plan", "desk.yaml", "matrix.toml", "--write", "separate"]) == 0
    assert capsys.readouterr().out.endswith("written to matrix.toml\n")
    assert other.read_text() == YAML
    assert status_of_run(["check", "desk.yaml", "matrix.toml"]) == 0


def test_writing_says_which_ids_are_still_to_come(matrix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    role = '[groups.operators]\nkind = "role"\n[groups.operators.trust]\ngithub = ["shop/shop:environment:prod"]\n'
    matrix.write_text(MATRIX + role)
    assert status_of_run(["plan"]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines() if "write the `id`" in line]
    assert status_of_run(["plan", "--write", "optimum"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("to do: write the `id` of ") and last in lines
