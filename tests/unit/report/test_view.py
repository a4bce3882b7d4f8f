"""The numbers and names of the report."""

from __future__ import annotations

from policycc.pipeline import build_documents
from policycc.planning import plan
from policycc.report.view import OUTCOMES, Cell, View, view
from policycc.source.read import read_text

MATRIX = """\
version = 1
name = "shop"

[environments."*"]
names = ["{name}-{environment}-*"]

[environments.dev]
[environments.prod]

[access.developers]
dev = ["ec2:RunInstances", "ec2:StopInstances", "ec2:DescribeInstances", "rds:CancelExportTask"]

[access.helpers]
dev = ["ec2:RunInstances"]

[access.operators]
prod = ["ec2:StopInstances"]

[fallback]
reads = "grant"
others = "split"
"""


def shown() -> View:
    read = [read_text(MATRIX, "matrix.toml")]
    planned = plan(read).plan
    assert planned is not None
    return view(build_documents(read), planned)


def test_the_grid_counts_every_grant_once() -> None:
    found = shown()
    assert found.environments == ("dev", "prod")
    grid = {row.group: dict(zip(found.environments, row.cells, strict=True)) for row in found.grid}
    assert OUTCOMES == ("granted", "residual", "split", "omitted")
    assert grid["developers"]["dev"] == Cell((2, 1, 1, 0))
    assert grid["developers"]["prod"].empty
    assert grid["operators"]["prod"] == Cell((1, 0, 0, 0))


def test_who_creates_is_told_the_tags_and_groups_that_may_do_the_same_share_a_line() -> None:
    (create,) = shown().creates
    assert create.environment == "dev"
    assert create.groups == ("developers", "helpers")
    assert create.actions == ("ec2:RunInstances",)
    assert ("env", "dev") in create.tags


def test_principals_have_their_files_in_order_with_the_share_of_the_quota() -> None:
    found = shown()
    assert [holder.principal.name for holder in found.holders] == ["developers", "helpers", "operators"]
    for holder in found.holders:
        assert holder.files[0].path.endswith(f"shop-{holder.principal.name}.json")
        for file in holder.files:
            assert file.share == round(100 * file.size / file.quota)
            assert all(cells for cells in file.origins)


def test_the_plan_is_that_of_the_plan_command() -> None:
    found = shown()
    assert [way.name for way in found.ways] == ["as written", "single", "hybrid", "separate", "optimum"]
    (conflict,) = found.conflicts
    assert (conflict.one, conflict.other) == ("dev", "prod")
    assert conflict.cells[0].actions == ("rds:CancelExportTask",)
    assert found.residuals == frozenset({"residuals[0]"})
