"""`build --target`: files of another target go, `--check` knows the target, and the matrix's own is the default."""

from __future__ import annotations

from pathlib import Path

import pytest

from policycc.cli.app import status_of_run
from tests.unit.emit.test_cloudformation import MATRIX

STACKS = {"cloudformation/stacks/main.json", "cloudformation/stacks/prod.json"}
MODULES = {"terraform/modules/main/main.tf.json", "terraform/modules/prod/main.tf.json"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("matrix.toml").write_text(MATRIX, "utf-8")
    return tmp_path


def besides() -> set[str]:
    """What lies in the output folder besides policies and the manifest."""
    found = {path.relative_to("policies").as_posix() for path in Path("policies").rglob("*") if path.is_file()}
    return {path for path in found if path.startswith(("cloudformation/", "terraform/"))}


def test_files_of_another_target_are_removed(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of_run(["build"]) == 0
    assert besides() == STACKS
    own = Path("policies/terraform/modules/main/terraform.tfstate")
    own.parent.mkdir(parents=True)
    own.write_text("{}")
    assert status_of_run(["build", "--target", "terraform"]) == 0
    assert besides() == MODULES | {"terraform/modules/main/terraform.tfstate"}
    assert status_of_run(["build", "--target", "json"]) == 0
    assert besides() == {"terraform/modules/main/terraform.tfstate"}


@pytest.mark.parametrize("target", ["cloudformation", "terraform"])
def test_check_and_frozen_know_the_target(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    build = ["build", "--target", target]
    assert status_of_run([*build, "--check"]) == 1
    assert status_of_run(build) == 0
    assert status_of_run([*build, "--check", "--frozen"]) == 0
    assert status_of_run(["verify"]) == 0
    assert status_of_run(["build", "--target", "json", "--check"]) == 1
    assert "is left from an earlier build" in capsys.readouterr().err
    path = Path("policies", sorted(besides())[0])
    path.write_text(path.read_text("utf-8").replace("deploy-dev", "deploy-prod"), "utf-8")
    assert status_of_run([*build, "--check"]) == 1
    assert status_of_run(["verify"]) == 1
    assert status_of_run(build) == 0
    assert status_of_run([*build, "--check"]) == 0
