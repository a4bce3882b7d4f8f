from __future__ import annotations

from pathlib import Path

import click
import pytest

from policycc.cli.sources import resolve


def test_what_is_named_is_taken_as_named() -> None:
    assert resolve(("b.toml", "-", "a.toml")) == ("b.toml", "-", "a.toml")


def test_standard_input_is_read_once() -> None:
    with pytest.raises(click.UsageError, match="once only"):
        resolve(("-", "-"))


def test_the_nearest_matrix_upwards_is_named_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "matrix.toml").touch()
    monkeypatch.chdir(deep)
    assert resolve(()) == (str(Path("..", "..", "matrix.toml")),)
    (tmp_path / "a" / "matrix.toml").touch()
    assert resolve(()) == (str(Path("..", "matrix.toml")),)
    (deep / "matrix.toml").mkdir()
    assert resolve(()) == (str(Path("..", "matrix.toml")),)
    (deep / "matrix.toml").rmdir()
    (deep / "matrix.toml").touch()
    assert resolve(()) == ("matrix.toml",)
