"""The compiler as a whole: `evaluate(emit(compile(m)), q) == intended(m, q)`, over small matrices of real services.

The formulas stand in the README beside this file.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.support import meaning
from tests.support.building import BuildError, build, without_volatile
from tests.support.matrices import Fixture, parse_data
from tests.support.small import matrices

Json = dict[str, Any]
# Each matrix takes seconds, and shrinking one takes minutes: `make small-matrices` asks many more, and shrinks.
CASES = os.environ.get("POLICYCC_SMALL_MATRICES")
whole = settings(
    max_examples=int(CASES or "8"),
    deadline=None,
    derandomize=CASES is None,
    phases=tuple(Phase) if CASES else (Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def compiled(matrix: Json) -> meaning.Build:
    """The matrix's build; a matrix with errors is no example."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "matrix.json"
        path.write_text(json.dumps(matrix), "utf-8")
        try:
            files = build([path], prove=False).files
        except BuildError:
            assume(False)
            raise AssertionError from None
        return meaning.Build(Fixture("small", Path(folder), (parse_data(matrix, path),)), files)


@whole
@given(matrices())
def test_the_policies_mean_the_matrix(matrix: Json) -> None:
    built = compiled(matrix)
    assert meaning.denied_inside(built) == []
    assert list(meaning.half_granted(built)) == []
    assert list(meaning.allowed_although_left_out(built)) == []
    assert list(meaning.leaks(built)) == []
    assert list(meaning.rowless_leaks(built)) == []
    assert list(meaning.unasked_actions(built)) == []
    assert list(meaning.broken_companions(built)) == []
    assert list(meaning.retags(built)) == []
    assert list(meaning.unmet_but_allowed(built)) == []


@whole
@given(matrices(), st.integers())
def test_order_means_nothing(matrix: Json, seed: int) -> None:
    first = compiled(matrix).files
    again = compiled(_shuffled(matrix, random.Random(seed))).files
    assert sorted(first) == sorted(again)
    for path, content in first.items():
        if path == "manifest.json":
            assert without_volatile(content) == without_volatile(again[path])
        else:
            assert content == again[path]


def _shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: _shuffled(value[key], chance) for key in keys}
    if isinstance(value, list):
        items = [_shuffled(item, chance) for item in value]
        chance.shuffle(items)
        return items
    return value
