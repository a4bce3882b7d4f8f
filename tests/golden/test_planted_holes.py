"""The questions of `test_meaning` notice every way to break a golden policy that is planted here."""

from __future__ import annotations

import pytest

from tests.support import meaning
from tests.support.evaluating import files_in
from tests.support.holes import broken
from tests.support.matrices import fixture


@pytest.mark.parametrize("name", ["one-tag", "names-only"])
def test_every_planted_hole_is_noticed(name: str) -> None:
    found = fixture(name)
    planted = list(broken(meaning.Build(found, files_in(found.policies))))
    assert len(planted) > 20
    assert [what for what, build in planted if not noticed(build)] == []


def noticed(build: meaning.Build) -> bool:
    return bool(
        any(True for _ in meaning.unasked_actions(build))
        or meaning.denied_inside(build)
        or any(True for _ in meaning.broken_companions(build))
        or any(True for _ in meaning.leaks(build))
        or any(True for _ in meaning.rowless_leaks(build))
        or any(True for _ in meaning.retags(build))
    )
