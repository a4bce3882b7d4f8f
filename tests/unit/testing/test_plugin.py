from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.model.load import load, load_documents
from policycc.source.read import read_text
from policycc.testing import Build, assert_isolated, assert_usable, matrices, requests, requests_into
from policycc.testing.builds import Builder, BuildError
from tests.support.ladder_policies import ladder_policies

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "testing.md"
RELAXED = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _block(language: str) -> str:
    """The first code block of the guide in a language."""
    return GUIDE.read_text(encoding="utf-8").partition(f"```{language}\n")[2].partition("```")[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guide's example: matrix, test file and correct policies."""
    here = tmp_path_factory.mktemp("shop")
    (here / "matrix.toml").write_text(_block("toml"))
    (here / "test_access.py").write_text(_block("python"))
    found, diagnostics = load([here / "matrix.toml"])
    assert not diagnostics.has_errors
    for path, content in ladder_policies(found, load_catalogue()).items():
        (here / "policies" / path).parent.mkdir(parents=True, exist_ok=True)
        (here / "policies" / path).write_bytes(content)
    return here


def _pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "policycc.testing.plugin",
        "-p",
        "no:cacheprovider",
        *arguments,
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _plant(folder: Path) -> None:
    path = folder / "policies" / "main" / "shop-developers.json"
    document = json.loads(path.read_text())
    for statement in document["Statement"]:
        if "Condition" in statement:
            statement["Condition"] = json.loads(_block("json"))
    path.write_text(json.dumps(document))


def test_the_guides_example_passes_and_finds_the_planted_hole(folder: Path) -> None:
    right = _pytest(folder)
    assert right.returncode == 0, right.stdout
    assert "3 passed" in right.stdout
    path = folder / "policies" / "main" / "shop-developers.json"
    content = path.read_bytes()
    try:
        _plant(folder)
        wrong = _pytest(folder)
    finally:
        path.write_bytes(content)
    assert wrong.returncode == 1
    assert "2 failed, 1 passed" in wrong.stdout
    assert _block("text").strip() in wrong.stdout


def test_start_up_imports_neither_hypothesis_nor_the_compiler(tmp_path: Path) -> None:
    (tmp_path / "test_nothing.py").write_text(
        "import sys\n\n\n"
        "def test_what_is_imported():\n"
        "    heavy = ('hypothesis', 'policycc', 'jinja2', 'jsonschema', 'z3')\n"
        "    print(sorted(name for name in sys.modules if name.split('.')[0] in heavy))\n"
    )
    done = _pytest(tmp_path, "-s")
    assert done.returncode == 0, done.stdout
    assert "['policycc', 'policycc.testing', 'policycc.testing.plugin']" in done.stdout


@pytest.fixture(scope="module")
def build(folder: Path) -> Build:
    return Builder().read(folder / "policies", folder / "matrix.toml")


def test_each_thing_is_read_once(folder: Path) -> None:
    builder = Builder()
    assert builder.read(folder / "policies", folder / "matrix.toml") is builder.read(
        folder / "policies", folder / "matrix.toml"
    )


def test_what_cannot_be_read_is_an_error_of_its_own(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no folder"):
        Builder().read(tmp_path / "nowhere", folder / "matrix.toml")
    (tmp_path / "matrix.toml").write_text("version = 1\n")
    with pytest.raises(BuildError):
        Builder().read(folder / "policies", tmp_path / "matrix.toml")


def test_assertions(build: Build) -> None:
    assert_isolated(build)
    assert_usable(build)
    path = "main/shop-developers.json"
    open_wide = build.documents[path].replace(b'"StringEquals"', b'"StringLike"').replace(b'"dev"', b'"*"')
    broken = Build(build.matrices, build.catalogue, {**build.documents, path: open_wide})
    with pytest.raises(AssertionError, match="tagged env=prod: it is not granted in prod"):
        assert_isolated(broken)
    with pytest.raises(AssertionError):
        assert_isolated(broken, environment="prod", group="developers")
    assert_isolated(broken, group="operators")
    nothing = Build(build.matrices, build.catalogue, {})
    with pytest.raises(AssertionError, match="cannot call ec2:StopInstances"):
        assert_usable(nothing)


@RELAXED
@given(data=st.data())
def test_correct_policies_let_nothing_into_an_environment_that_is_not_granted(
    build: Build, data: st.DataObject
) -> None:
    attempt = data.draw(requests_into(build, "prod"))
    if attempt.environment == "prod":
        assert attempt.is_granted or not attempt.is_allowed, attempt.line


def test_requests_reach_what_is_granted_and_what_is_not(build: Build) -> None:
    fast = settings(max_examples=300, deadline=None, database=None)
    assert find(requests(build), lambda attempt: attempt.is_allowed and attempt.is_granted, settings=fast)
    assert find(requests(build), lambda attempt: not attempt.is_allowed and not attempt.is_granted, settings=fast)
    assert find(requests(build), lambda attempt: attempt.environment is None, settings=fast)


def test_requests_into_an_unknown_environment(build: Build) -> None:
    with pytest.raises(ValueError, match="staging"):
        requests_into(build, "staging")


@RELAXED
@given(matrices())
def test_generated_matrices_are_valid(text: str) -> None:
    _, diagnostics = load_documents([read_text(text, "matrix.toml")])
    assert not diagnostics.has_errors, (text, [item.message for item in diagnostics])
