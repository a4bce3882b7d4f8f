from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from policycc.verify.formula import (
    FALSE,
    TRUE,
    And,
    Atom,
    Formula,
    Or,
    atom,
    conjunction,
    disjunction,
    holds,
    negation,
    solve,
)

NAMES = ("x", "y", "z")
FULL = 0b111
ATOMS = st.builds(lambda name, mask: atom(name, mask, FULL), st.sampled_from(NAMES), st.integers(0, FULL))
FORMULAS: st.SearchStrategy[Formula] = st.recursive(
    ATOMS,
    lambda inner: (
        st.builds(conjunction, st.lists(inner, max_size=3))
        | st.builds(disjunction, st.lists(inner, max_size=3))
        | st.builds(negation, inner)
    ),
    max_leaves=12,
)


def _assignments() -> list[dict[str, int]]:
    return [dict(zip(NAMES, (1 << i for i in one), strict=True)) for one in product(range(3), repeat=3)]


def test_nothing_to_meet() -> None:
    assert solve(TRUE) == {}
    assert solve(FALSE) is None


def test_atoms_of_one_variable_are_met_together() -> None:
    assert solve(conjunction((atom("x", 0b011, FULL), atom("x", 0b110, FULL)))) == {"x": 0b010}
    assert solve(conjunction((atom("x", 0b001, FULL), atom("x", 0b110, FULL)))) is None


def test_known_values_count() -> None:
    assert solve(atom("x", 0b001, FULL), {"x": 0b110}) is None


def test_negation_goes_into_the_atoms() -> None:
    formula = negation(And((Atom("x", 1, FULL), Or((Atom("y", 2, FULL),)))))
    assert formula == Or((Atom("x", 0b110, FULL), Atom("y", 0b101, FULL)))


@settings(max_examples=500, deadline=None)
@given(FORMULAS)
def test_solves_exactly_what_has_a_solution(formula: Formula) -> None:
    found = solve(formula)
    met = [values for values in _assignments() if holds(formula, values)]
    assert (found is not None) is bool(met)
    if found is not None:
        for values in _assignments():
            if all(values[name] & found.get(name, FULL) for name in NAMES):
                assert holds(formula, values)


@settings(max_examples=300, deadline=None)
@given(FORMULAS)
def test_negation_is_the_opposite(formula: Formula) -> None:
    for values in _assignments():
        assert holds(negation(formula), values) is not holds(formula, values)
