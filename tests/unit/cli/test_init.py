from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from policycc import _resources
from policycc.cli.init import EXAMPLES, _application
from tests.support.running import policycc


def test_the_starter_is_named_after_its_folder(tmp_path: Path) -> None:
    ran = policycc("init", "web shop/Access", cwd=tmp_path)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == "wrote web shop/Access/matrix.toml; build it with `policycc build`\n"
    assert tomllib.loads((tmp_path / "web shop/Access/matrix.toml").read_text())["name"] == "access"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "matrix.toml").write_text("mine")
    ran = policycc("init", cwd=tmp_path)
    assert ran.status == 2
    assert "exists already" in ran.err
    assert (tmp_path / "matrix.toml").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = policycc("init", "file/folder", cwd=tmp_path)
    assert ran.status == 2
    assert "cannot be written" in ran.err


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("webshop", "webshop"),
        ("Web Shop", "web-shop"),
        ("2024-shop", "shop"),
        ("___", "webshop"),
        ("2024", "webshop"),
        ("é", "webshop"),
        ("x" * 50, "x" * 32),
        ("a" * 31 + "-b", "a" * 31),
    ],
)
def test_any_folder_gives_a_name_that_the_language_takes(tmp_path: Path, folder: str, name: str) -> None:
    assert _application(tmp_path / folder) == name


def test_every_example_is_there() -> None:
    names = {item.name for item in _resources.templates().joinpath("init").iterdir()}
    assert names == {f"{name}.toml" for name in EXAMPLES}
