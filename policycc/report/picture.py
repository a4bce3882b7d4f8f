"""The account plan as a picture: the accounts of the optimum with their environments, and a line for each conflict."""

from __future__ import annotations

from dataclasses import dataclass

from policycc.plan.render.text import why
from policycc.plan.report import Plan

_NODE_WIDTH = 150
_NODE_HEIGHT = 32
_NODE_GAP = 12
_PADDING = 14
_TITLE = 26
_BOX_GAP = 110
_MARGIN = 8
_BELOW = 30
"""How far under the accounts a line passes that leads around one of them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A rectangle with its text, in pixels; `kind` is `account`, `environment`, `production` or `shared`."""

    kind: str
    text: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Line:
    """A conflict: from the middle of one environment's side to that of another, by two points that bend it."""

    points: tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    shapes: tuple[Shape, ...]
    lines: tuple[Line, ...]


def draw(plan: Plan) -> Picture:
    """Accounts stand side by side, their environments one above the other."""
    kinds = {
        one.title: "production" if one.production else "shared" if one.shared else "environment"
        for one in plan.environments
    }
    shapes: list[Shape] = []
    places: dict[str, Shape] = {}
    columns: dict[str, int] = {}
    x, tallest = _MARGIN, 0
    for column, account in enumerate(plan.topology("optimum").accounts):
        count = len(account.environments)
        height = _TITLE + _PADDING + count * _NODE_HEIGHT + (count - 1) * _NODE_GAP
        shapes.append(Shape("account", account.name, x, _MARGIN, _NODE_WIDTH + 2 * _PADDING, height))
        for number, title in enumerate(account.environments):
            y = _MARGIN + _TITLE + number * (_NODE_HEIGHT + _NODE_GAP)
            places[title] = Shape(kinds[title], title, x + _PADDING, y, _NODE_WIDTH, _NODE_HEIGHT)
            columns[title] = column
        shapes += [places[title] for title in account.environments]
        x += _NODE_WIDTH + 2 * _PADDING + _BOX_GAP
        tallest = max(tallest, height)
    bottom = _MARGIN + tallest
    lines: list[Line] = []
    around = False
    for edge in plan.conflicts:
        left, right = sorted((edge.one, edge.other), key=lambda title: (columns[title], title))
        far = columns[right] - columns[left] > 1
        around = around or far
        text = f"{edge.one} and {edge.other}: {why(edge)}"
        lines.append(_line(places[left], places[right], bottom + _BELOW if far else None, text))
    height = bottom + _MARGIN + (_BELOW if around else 0)
    return Picture(x - _BOX_GAP + _MARGIN, height, tuple(shapes), tuple(lines))


def _line(left: Shape, right: Shape, below: int | None, text: str) -> Line:
    """A line between neighbours, or one that leads around what lies between, down to the height `below`."""
    start = (left.x + left.width, left.y + left.height // 2)
    end = (right.x, right.y + right.height // 2)
    bend = _BOX_GAP // 2
    if below is None:
        return Line((start, (start[0] + bend, start[1]), (end[0] - bend, end[1]), end), text)
    # A curve gets three quarters of the way to the points that bend it.
    down = max(start[1], end[1]) + (below - max(start[1], end[1])) * 4 // 3
    return Line((start, (start[0] + bend, down), (end[0] - bend, down), end), text)
