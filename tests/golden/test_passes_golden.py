"""Each pass, before and after, on statements small enough to read.

A case is `tests/golden/passes/<pass>/<what>.txt`: statements as `policycc.ir.dump` writes them, under `before` and
`after`, after an optional line `wildcards = …`. Cases named `nothing-…` are left as they are.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest

from policycc.iam.model import Condition
from policycc.ir.cost import cost
from policycc.ir.dump import dump
from policycc.ir.merge import ordered
from policycc.ir.statement import Statement
from policycc.model.matrix import Wildcards
from policycc.passes import PASSES
from tests.support.small_catalogue import small_context
from tests.support.small_meaning import allowed

CASES = Path(__file__).parent / "passes"
BY_NAME = {step.__module__.rpartition(".")[2]: step for step in PASSES}
WRITTEN = {"dev": ("app:Describe*", "app:*Host*"), "test": ("app:Describe*", "app:*Host")}
_FILE = re.compile(r"(?:wildcards = (\S+)\n)?== before\n(.*)== after\n(.*)", re.DOTALL)


def read(text: str) -> tuple[Statement, ...]:
    """The inverse of `dump`."""
    return ordered(_statement(block.splitlines()) for block in re.split(r"^allow.*\n", text, flags=re.M)[1:])


def _statement(lines: list[str]) -> Statement:
    found: dict[str, set[str]] = {}
    conditions: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        if match := re.fullmatch(r"  if (\S+) (\S+) = (.*)", line):
            conditions.setdefault((match[1], match[2]), []).append(match[3])
        elif match := re.fullmatch(r"  (?:# )?(\S+) (.*)", line):
            found.setdefault(match[1], set()).add(match[2])
    return Statement(
        tuple(sorted(found["action"])),
        tuple(sorted(found["on"])),
        tuple(sorted(Condition(*place, tuple(values)) for place, values in conditions.items())),
        frozenset(found.get("from", ())),
        frozenset(found.get("how", ())),
        frozenset(found.get("environment", ())),
    )


@pytest.mark.parametrize("path", sorted(CASES.glob("*/*.txt")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_pass_does_what_the_case_says(path: Path, update_golden: bool) -> None:
    match = _FILE.fullmatch(path.read_text("utf-8"))
    assert match is not None, "not a case"
    step = BY_NAME[path.parent.name]
    context = small_context(cast("Wildcards", match[1] or "never"), WRITTEN)
    before = read(match[2])
    after = step(before, context)
    if update_golden:
        heading = f"wildcards = {match[1]}\n" if match[1] else ""
        path.write_text(f"{heading}== before\n{dump(before)}== after\n{dump(after)}", "utf-8")
    else:
        assert dump(before) == match[2]
        assert dump(after) == match[3]
    assert allowed(after) == allowed(before)
    assert step(after, context) == after
    if path.stem.startswith("nothing-"):
        assert after == before
    else:
        assert cost(after) < cost(before)


def test_every_pass_has_a_case_of_each_kind() -> None:
    for name in BY_NAME:
        cases = [path.stem for path in CASES.glob(f"{name}/*.txt")]
        assert any(case.startswith("nothing-") for case in cases), name
        assert any(not case.startswith("nothing-") for case in cases), name
