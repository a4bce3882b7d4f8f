"""Boolean formulas over variables of few values, and a search for an assignment that makes one true.

An atom says that a variable's value is among some, as a bit mask over the variable's domain. Negation is pushed into
the atoms when a formula is built, so that there are conjunctions, disjunctions and atoms, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Atom:
    """`variable` has one of the values whose bits are set in `mask`; `full` has the bits of its whole domain."""

    variable: str
    mask: int
    full: int


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Formula, ...]


Formula = Atom | And | Or
Assignment = dict[str, int]
"""A non-empty mask per variable: every choice of one value from each mask makes the formula true."""

TRUE: Formula = And(())
FALSE: Formula = Or(())


@lru_cache(maxsize=65536)
def atom(variable: str, mask: int, full: int) -> Formula:
    if mask == full:
        return TRUE
    return Atom(variable, mask, full) if mask else FALSE


def constant(value: bool) -> Formula:
    return TRUE if value else FALSE


def conjunction(parts: Iterable[Formula]) -> Formula:
    flat: list[Formula] = []
    for part in parts:
        if isinstance(part, Atom):
            flat.append(part)
        elif isinstance(part, And):
            flat += part.parts
        elif not part.parts:
            return FALSE
        else:
            flat.append(part)
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def disjunction(parts: Iterable[Formula]) -> Formula:
    flat: list[Formula] = []
    for part in parts:
        if isinstance(part, Atom):
            flat.append(part)
        elif isinstance(part, Or):
            flat += part.parts
        elif not part.parts:
            return TRUE
        else:
            flat.append(part)
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negation(formula: Formula) -> Formula:
    if isinstance(formula, Atom):
        return atom(formula.variable, formula.full & ~formula.mask, formula.full)
    if isinstance(formula, And):
        return disjunction(negation(part) for part in formula.parts)
    return conjunction(negation(part) for part in formula.parts)


def narrow(masks: Assignment, formula: Formula) -> bool:
    """Cut `masks` down to what the formula demands of single variables. Whether a value is left for each."""
    untried = [formula]
    while untried:
        part = untried.pop()
        if isinstance(part, And):
            untried.extend(part.parts)
        elif isinstance(part, Atom):
            masks[part.variable] = masks.get(part.variable, part.full) & part.mask
            if not masks[part.variable]:
                return False
        elif not part.parts:
            return False
    return True


def under(formula: Formula, masks: Assignment) -> Formula:
    """The formula, or what is known of it if it is an atom and its variable has one of the values of `masks`."""
    if not isinstance(formula, Atom):
        return formula
    mask = masks.get(formula.variable, formula.full)
    if not mask & formula.mask:
        return FALSE
    return formula if mask & ~formula.mask else TRUE


def solve(formula: Formula, known: Mapping[str, int] | None = None) -> Assignment | None:
    """An assignment that makes the formula true, or None if there is none."""
    return _search([formula], dict(known or {}))


def holds(formula: Formula, values: Mapping[str, int]) -> bool:
    """Whether the formula is true where each variable has the one value whose bit is set in `values`."""
    if isinstance(formula, Atom):
        return bool(values[formula.variable] & formula.mask)
    if isinstance(formula, And):
        return all(holds(part, values) for part in formula.parts)
    return any(holds(part, values) for part in formula.parts)


def _search(goals: list[Formula], masks: Assignment) -> Assignment | None:
    """Depth first, without recursion: a policy of a thousand Denys has a thousand choices, one below the other."""
    untried = [(goals, masks)]
    while untried:
        goals, masks = untried.pop()
        masks = dict(masks)
        choices = _propagate(goals, masks)
        if choices is None:
            continue
        if not choices:
            return masks
        choice = min(choices, key=lambda item: len(item.parts))
        rest: list[Formula] = [item for item in choices if item is not choice]
        untried += [([part, *rest], masks) for part in reversed(choice.parts)]
    return None


def _propagate(goals: list[Formula], masks: Assignment) -> list[Or] | None:
    """Narrows `masks` by everything that must hold; the disjunctions left to decide, or None for a contradiction."""
    open_choices: list[Or] = []
    pending = list(goals)
    while True:
        while pending:
            goal = pending.pop()
            if isinstance(goal, Atom):
                mask = masks.get(goal.variable, goal.full) & goal.mask
                if not mask:
                    return None
                masks[goal.variable] = mask
            elif isinstance(goal, And):
                pending.extend(goal.parts)
            else:
                open_choices.append(goal)
        if not open_choices:
            return []
        left: list[Or] = []
        for choice in open_choices:
            simpler = _simplify(choice, masks)
            if simpler is None:
                return None
            if isinstance(simpler, Or):
                left.append(simpler)
            elif simpler != TRUE:
                pending.append(simpler)
        open_choices = left
        if not pending:
            return open_choices


def _simplify(choice: Or, masks: Assignment) -> Formula | None:
    """A disjunction without the parts that `masks` rule out; None if none is left, TRUE if one surely holds."""
    parts: list[Formula] = []
    for part in choice.parts:
        if isinstance(part, Atom):
            mask = masks.get(part.variable, part.full)
            if not mask & part.mask:
                continue
            if not mask & ~part.mask:
                return TRUE
        elif isinstance(part, And) and any(
            isinstance(inner, Atom) and not masks.get(inner.variable, inner.full) & inner.mask for inner in part.parts
        ):
            continue
        parts.append(part)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Or(tuple(parts))
