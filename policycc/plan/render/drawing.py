"""The conflict graph as text: an environment a row, a conflict a line between two rows."""

from __future__ import annotations

from collections.abc import Sequence

from policycc.plan.conflicts import Edge

WIDEST = 24
"""Lines that fit beside the names; a graph with more of them is told as a table."""


def draw(titles: Sequence[str], edges: Sequence[Edge]) -> list[str]:
    """The rows of the drawing, without blanks at their ends; at most 60 environments are drawn."""
    if len(edges) <= WIDEST:
        return _lines(titles, edges)
    return _table(titles, edges)


def _lines(titles: Sequence[str], edges: Sequence[Edge]) -> list[str]:
    """`dev ●──╮`: each conflict has a column of its own, from the row of one environment to that of the other."""
    width = max((len(title) for title in titles), default=0)
    rows = {title: number for number, title in enumerate(titles)}
    spans = sorted(
        (tuple(sorted((rows[edge.one], rows[edge.other]))) for edge in edges),
        key=lambda span: (span[1] - span[0], span),
    )
    drawn = []
    for row, title in enumerate(titles):
        last = max((column for column, span in enumerate(spans) if row in span), default=-1)
        cells = []
        for column, (top, bottom) in enumerate(spans):
            through = column < last
            dash = "──" if column <= last else "  "
            if row == top:
                corner = "┬" if through else "╮"
            elif row == bottom:
                corner = "┴" if through else "╯"
            elif top < row < bottom:
                corner = "┼" if through else "│"
            else:
                corner = "─" if through else " "
            cells.append(dash + corner)
        drawn.append(f"{title.ljust(width)} ●{''.join(cells)}".rstrip())
    return drawn


def _table(titles: Sequence[str], edges: Sequence[Edge]) -> list[str]:
    """A triangle with a mark for each conflict, the columns numbered as the rows."""
    width = max((len(title) for title in titles), default=0)
    pairs = {frozenset((edge.one, edge.other)) for edge in edges}
    drawn = []
    for row, title in enumerate(titles):
        marks = "".join(" ×" if frozenset((title, other)) in pairs else " ·" for other in titles[:row])
        drawn.append(f"{row + 1:>3} {title.ljust(width)}{marks}".rstrip())
    return drawn
