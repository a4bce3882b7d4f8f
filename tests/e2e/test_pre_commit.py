"""The hooks, with the real pre-commit on a repository made for the test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.running import ROOT, policycc

HOOKS = """\
repos:
  - repo: {repository}
    rev: {revision}
    hooks:
      - id: policycc-check
      - id: policycc-build
"""


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True, env=_variables(folder)
    )
    return done.stdout.strip()


def _variables(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", str(home)), "GIT_CONFIG_NOSYSTEM": "1"}


@pytest.fixture(scope="module")
def hooks(registry: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This checkout as a repository of its own, with all that is not committed yet."""
    folder = tmp_path_factory.mktemp("hooks") / "policycc"
    folder.mkdir()
    for name in ("policycc", "schemas", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, folder)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "all")
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def repository(hooks: Path, tmp_path: Path) -> Path:
    """A user's repository with a matrix, its policies and the hooks."""
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "--quiet")
    assert policycc("init", cwd=folder).status == 0
    assert policycc("build", cwd=folder).status == 0
    revision = git(hooks, "rev-parse", "HEAD")
    (folder / ".pre-commit-config.yaml").write_text(HOOKS.format(repository=hooks, revision=revision))
    git(folder, "add", "--all")
    return folder


def pre_commit(repository: Path, cache: Path, *, network: bool = True) -> subprocess.CompletedProcess[str]:
    alone = [] if network else ["unshare", "--map-root-user", "--net"]
    return subprocess.run(
        [*alone, sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"],
        cwd=repository,
        env={**_variables(repository), "PRE_COMMIT_HOME": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_up_to_date_passes_without_a_network(repository: Path, cache: Path) -> None:
    first = pre_commit(repository, cache)
    assert first.returncode == 0, first.stdout + first.stderr
    done = pre_commit(repository, cache, network=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Passed") == 2


def test_a_policy_edited_by_hand_fails(repository: Path, cache: Path) -> None:
    policy = next(path for path in (repository / "policies" / "main").glob("*.json") if '"dev"' in path.read_text())
    policy.write_text(policy.read_text().replace('"dev"', '"prod"'))
    git(repository, "add", "--all")
    done = pre_commit(repository, cache)
    assert done.returncode == 1
    assert "error[PCC604]" in done.stdout
    assert "Passed" in done.stdout


def test_a_matrix_changed_without_a_build_fails(repository: Path, cache: Path) -> None:
    matrix = repository / "matrix.toml"
    matrix.write_text(matrix.read_text().replace('"ec2:RebootInstances"]', "]"))
    git(repository, "add", "--all")
    done = pre_commit(repository, cache)
    assert done.returncode == 1
    assert "is out of date" in done.stdout


def test_a_broken_matrix_fails_in_both(repository: Path, cache: Path) -> None:
    matrix = repository / "matrix.toml"
    matrix.write_text(matrix.read_text().replace("ec2:StopInstances", "ec2:StopInstance"))
    git(repository, "add", "--all")
    done = pre_commit(repository, cache)
    assert done.returncode == 1
    assert done.stdout.count("error[PCC302]") >= 2
    assert "matrix.toml:" in done.stdout
