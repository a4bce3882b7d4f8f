"""What the manifest says of audit scopes when several matrices are built together."""

from __future__ import annotations

from pathlib import Path

from tests.support.building import build

MATRIX = """version = 1
name = "{name}"
[accounts.main]
[environments.prod]
tags = {{ app = "{name}" }}
scopes = ["pci"]
[access.{name}-people]
prod = ["ec2:StartInstances"]
"""


def test_environments_of_one_name_in_two_matrices_are_two(tmp_path: Path) -> None:
    paths = []
    for name in ("shop", "desk"):
        path = tmp_path / f"{name}.toml"
        path.write_text(MATRIX.format(name=name))
        paths.append(path)
    (scope,) = build(paths).manifest["scopes"]
    assert scope["environments"] == ["desk/prod", "shop/prod"]
    (alone,) = build(paths[:1]).manifest["scopes"]
    assert alone["environments"] == ["prod"]
