"""The account plan as a picture: nothing overlaps, and every conflict has its line."""

from __future__ import annotations

from itertools import combinations

import pytest

from policycc.planning import plan
from policycc.report.picture import Picture, Shape, draw
from policycc.source.read import read_text

HEAD = """\
version = 1
name = "shop"
[environments."*"]
names = ["{name}-{environment}-*"]
[environments.dev]
[environments.test]
[environments.load]
[environments.prod]
"""
APART = '[access.people]\nprod = ["rds:CancelExportTask"]\n'
ALL_APART = "".join(
    f'[access.{name}-people]\n{name} = ["rds:CancelExportTask"]\n' for name in ("dev", "test", "load", "prod")
)


def picture(access: str) -> Picture:
    made = plan([read_text(HEAD + access, "matrix.toml")]).plan
    assert made is not None
    return draw(made)


def overlap(one: Shape, other: Shape) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


@pytest.mark.parametrize("access", ["[access]\n", APART, ALL_APART])
def test_accounts_do_not_overlap_and_hold_their_environments(access: str) -> None:
    found = picture(access)
    accounts = [shape for shape in found.shapes if shape.kind == "account"]
    environments = [shape for shape in found.shapes if shape.kind != "account"]
    assert sorted(shape.text for shape in environments) == ["dev", "load", "prod", "test"]
    for group in (accounts, environments):
        assert not any(overlap(one, other) for one, other in combinations(group, 2))
    assert all(sum(overlap(account, shape) for account in accounts) == 1 for shape in environments)
    for shape in found.shapes:
        assert 0 <= shape.x < shape.x + shape.width <= found.width
        assert 0 <= shape.y < shape.y + shape.height <= found.height


def test_a_line_joins_the_sides_of_the_two_environments() -> None:
    found = picture(APART)
    places = {shape.text: shape for shape in found.shapes if shape.kind != "account"}
    assert places["prod"].kind == "production"
    assert found.lines
    for line in found.lines:
        words = line.text.partition(":")[0].split(" and ")
        left, right = sorted((places[word] for word in words), key=lambda shape: shape.x)
        assert line.points[0] == (left.x + left.width, left.y + left.height // 2)
        assert line.points[-1] == (right.x, right.y + right.height // 2)


def test_a_line_leads_around_the_accounts_between() -> None:
    found = picture(ALL_APART)
    boxes = [shape for shape in found.shapes if shape.kind == "account"]
    assert len(boxes) > 2
    for line in found.lines:
        (x, y), (_, bend), _, (end, _) = line.points
        between = [box for box in boxes if x < box.x and box.x + box.width < end]
        # Three quarters of the way to the bend is below every account that lies between.
        lowest = y + 3 * (bend - y) // 4
        assert all(lowest > box.y + box.height for box in between)
        assert lowest <= found.height
