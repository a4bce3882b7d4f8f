from __future__ import annotations

from itertools import product

import pytest
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
    constant,
    disjunction,
    holds,
    narrow,
    negation,
    solve,
    under,
)
from policycc.verify.formula import _simplify as simplified

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


def test_a_thousand_choices_are_no_deeper_than_one() -> None:
    choices = [disjunction((atom(f"x{i}", 0b001, FULL), atom(f"y{i}", 0b010, FULL))) for i in range(1_200)]
    found = solve(conjunction(choices))
    assert found is not None
    assert all(found.get(f"x{i}") == 0b001 or found.get(f"y{i}") == 0b010 for i in range(1_200))
    impossible = disjunction((atom("z", 0b001, FULL), atom("z", 0b010, FULL)))
    assert solve(conjunction([*choices[:12], impossible]), {"z": 0b100}) is None


def test_known_values_are_not_changed() -> None:
    known = {"x": 0b011}
    assert solve(disjunction((atom("x", 0b110, FULL), atom("y", 0b001, FULL))), known) == {"x": 0b010}
    assert known == {"x": 0b011}


X, Y, Z = (atom(name, 0b001, FULL) for name in NAMES)


def test_what_is_left_of_a_choice_must_hold() -> None:
    not_x = atom("x", 0b110, FULL)
    assert solve(conjunction((not_x, disjunction((X, Y))))) == {"x": 0b110, "y": 0b001}
    assert solve(conjunction((not_x, disjunction((X, conjunction((Y, Z))))))) == {"x": 0b110, "y": 0b001, "z": 0b001}
    assert solve(conjunction((not_x, disjunction((X, Y)), negation(Y)))) is None
    assert solve(conjunction((X, disjunction((X, Y))))) == {"x": 0b001}


def test_a_part_that_leads_nowhere_is_not_the_end() -> None:
    second = atom("x", 0b010, FULL)
    ways = disjunction(conjunction((second, one)) for one in (Y, Z, atom("y", 0b010, FULL)))
    assert solve(conjunction((disjunction((X, second)), ways))) == {"x": 0b010, "y": 0b001}


@pytest.mark.parametrize(
    ("masks", "parts", "left"),
    [
        ({}, (X, Y), Or((X, Y))),
        ({"x": 0b110}, (X, Y, Z), Or((Y, Z))),
        ({"x": 0b110, "y": 0b100}, (X, Y, Z), Z),
        ({"x": 0b110}, (X,), None),
        ({"x": 0b001}, (Y, X, Z), TRUE),
        ({"x": 0b011}, (Y, X), Or((Y, X))),
        ({"x": 0b110}, (And((Y, X)), Y, Z), Or((Y, Z))),
        ({"x": 0b110}, (And((Or((X, Y)), Z)), Y), Or((And((Or((X, Y)), Z)), Y))),
        ({"x": 0b011}, (And((Y, X)), Z), Or((And((Y, X)), Z))),
    ],
)
def test_a_choice_loses_what_is_ruled_out(
    masks: dict[str, int], parts: tuple[Formula, ...], left: Formula | None
) -> None:
    """And nothing else: what is not tried is why the search is short."""
    assert simplified(Or(parts), masks) == left


def test_constants() -> None:
    assert constant(True) == TRUE == conjunction(())
    assert constant(False) == FALSE == disjunction(())


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


@settings(max_examples=300, deadline=None)
@given(FORMULAS, FORMULAS)
def test_what_a_formula_demands_of_variables_shortens_those_beside_it(first: Formula, second: Formula) -> None:
    masks: dict[str, int] = {}
    possible = narrow(masks, first)
    for values in _assignments():
        if holds(first, values):
            assert possible
            assert all(values[name] & mask for name, mask in masks.items())
            assert holds(second, values) is holds(under(second, masks), values)


def test_atoms_that_are_decided_are_no_questions() -> None:
    assert under(X, {"x": 0b001}) == TRUE
    assert under(X, {"x": 0b110}) == FALSE
    assert under(X, {"x": 0b011}) == under(X, {"y": 0b001}) == X
    assert not narrow({"x": 0b110}, conjunction((Y, X)))
    assert not narrow({}, FALSE)
    assert narrow({}, disjunction((X, negation(X))))
