"""A matrix with thirty mistakes: all are reported at once, each at its place, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.catalogue.selectors import Selectors
from policycc.model.load import load

FIXTURE = Path(__file__).parents[3] / "fixtures" / "matrices-bad" / "thirty-mistakes.toml"
_MARK = re.compile(r"# (v )?((?:PCC\d{3}:\d+ ?)+)$")


def marked() -> list[tuple[int, int, str]]:
    """The line, column and code of every mistake, as the comments of the fixture say."""
    found = []
    for number, line in enumerate(FIXTURE.read_text().split("\n"), 1):
        mark = _MARK.search(line)
        for item in mark[2].split() if mark else ():
            code, column = item.split(":")
            found.append((number + bool(mark and mark[1]), int(column), code))
    return sorted(found)


def test_all_thirty_are_reported_at_once_at_their_places() -> None:
    (matrix,), diagnostics = load([FIXTURE])
    selectors = Selectors(matrix, load_catalogue(), diagnostics)
    for item in matrix.cells:
        selectors.resolve(item.entries)
    for listed in (*matrix.accepts, *matrix.expects):
        selectors.resolve(listed.actions)
    places = [(item.labels[0].span.line, item.labels[0].span.column, item.code) for item in diagnostics]
    assert len(marked()) == 30
    assert places == marked()
    assert all(item.labels[0].span.file == str(FIXTURE) for item in diagnostics)
    assert all("\n" not in item.message for item in diagnostics)
