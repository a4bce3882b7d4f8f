"""Every example in the documentation is real: matrices build, statements are emitted, programs print what is claimed.

A fence ```` ```toml matrix ```` is a whole matrix; ```` ```toml add ```` is put behind the matrix before it;
```` ```json emitted ```` is a statement that the matrix before it gives, ```` ```json scopes ```` what its manifest
says of audit scopes; ```` ```python count ```` is run.
```` ```text plan ```` stands in what `policycc plan` prints of the matrix before it, and a fence such as
```` ```toml hybrid ```` is that matrix after `policycc plan --write hybrid`. ```` ```toml refused ```` is a matrix with
an error, and ```` ```text said ```` stands in what `policycc check` says of it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from policycc.catalogue.catalogue import load
from policycc.cli.app import status_of_run
from policycc.plan.topologies import TOPOLOGIES
from tests.support.building import build
from tests.support.matrices import ROOT
from tests.support.tools import need

GUIDES = ("guide", "one-account-or-many", "delegated-access", "deploying")
DOCS = (ROOT / "README.md", *(ROOT / "docs" / f"{name}.md" for name in GUIDES))
COUNTED = "0.1.202610271"
SERVICES = {
    "EC2 and VPC": "ec2",
    "RDS": "rds",
    "Elastic Load Balancing": "elasticloadbalancing",
    "Auto Scaling": "autoscaling",
    "Route 53": "route53",
}
_FENCE = re.compile(r"^```(\w+)(?: +(\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A matrix of a document, with what the document says that it gives."""

    place: str
    text: str
    emitted: tuple[str, ...] = ()
    scopes: str | None = None
    planned: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    written: tuple[tuple[str, str], ...] = ()
    refused: bool = False


def examples(path: Path) -> list[Example]:
    found: list[Example] = []
    text = path.read_text("utf-8")
    for match in _FENCE.finditer(text):
        language, kind, body = match.groups()
        place = f"{path.name}:{text.count(chr(10), 0, match.start()) + 1}"
        if (language, kind) == ("toml", "matrix"):
            found.append(Example(place, body))
        elif (language, kind) == ("toml", "add"):
            found.append(Example(place, f"{found[-1].text}\n{body}"))
        elif (language, kind) == ("json", "emitted"):
            found[-1] = replace(found[-1], emitted=(*found[-1].emitted, body))
        elif (language, kind) == ("json", "scopes"):
            found[-1] = replace(found[-1], scopes=body)
        elif (language, kind) == ("toml", "refused"):
            found.append(Example(place, body, refused=True))
        elif language == "toml" and kind in TOPOLOGIES:
            # What it emits from here on is that of the written matrix.
            found[-1] = replace(found[-1], written=((kind, body),))
            found.append(Example(place, body))
        elif (language, kind) == ("text", "plan"):
            found[-1] = replace(found[-1], planned=(*found[-1].planned, body))
        elif (language, kind) == ("text", "said"):
            found[-1] = replace(found[-1], said=(*found[-1].said, body))
        else:
            assert language not in ("toml", "json"), f"{place}: an example that no test runs"
    return found


ALL = [example for path in DOCS for example in examples(path)]


@pytest.mark.parametrize("example", [one for one in ALL if not one.refused], ids=lambda example: example.place)
def test_every_matrix_builds_and_gives_what_is_said(example: Example, tmp_path: Path) -> None:
    path = tmp_path / "matrix.toml"
    path.write_text(example.text, "utf-8")
    built = build([path])
    assert [found for found in built.diagnostics if found.severity.value == "error"] == []
    besides = {"manifest.json", *(item["path"] for item in built.manifest.get("templates", ()))}
    statements = [
        statement
        for name, content in built.files.items()
        if name not in besides
        for statement in json.loads(content)["Statement"]
    ]
    if example.scopes is not None:
        assert json.loads(example.scopes) == built.manifest["scopes"]
    for emitted in example.emitted:
        assert json.loads(emitted) in statements


@pytest.mark.parametrize(
    "example", [one for one in ALL if one.planned or one.said or one.written], ids=lambda example: example.place
)
def test_the_commands_say_and_write_what_is_shown(
    example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("matrix.toml").write_text(example.text, "utf-8")
    assert status_of_run(["plan"]) == 0
    plan = capsys.readouterr().out
    assert [body for body in example.planned if body not in plan] == [], plan
    assert status_of_run(["check", "--notes"]) == (1 if example.refused else 0)
    said = capsys.readouterr().err
    assert [body for body in example.said if body not in said] == [], said
    for topology, body in example.written:
        assert status_of_run(["plan", "--write", topology]) == 0
        assert Path("matrix.toml").read_text("utf-8") == body
    if example.refused:
        assert status_of_run(["plan", "--write", "optimum"]) == 0
        assert status_of_run(["check"]) == 0


def test_the_numbers_are_what_the_catalogue_says() -> None:
    text = (ROOT / "docs" / "one-account-or-many.md").read_text("utf-8")
    program = next(body for language, kind, body in _FENCE.findall(text) if (language, kind) == ("python", "count"))
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    counted = [line.split() for line in ran.stdout.splitlines()]
    need(load().version == COUNTED, f"the catalogue that the document counts, {COUNTED}")
    (actions, bare), *services = [[f"{int(number):,}" for number in line[-2:]] for line in counted]
    assert f"{bare} of {actions} actions take no resource" in text
    rows = re.findall(r"^\| ([^|]+) \| ([\d,]+) \| ([\d,]+)\b[^|]*\|$", text, re.MULTILINE)
    assert [[SERVICES[name], *numbers] for name, *numbers in rows] == [
        [line[0], *numbers] for line, numbers in zip(counted[1:], services, strict=True)
    ]
