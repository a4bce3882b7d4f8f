"""Decisions with an end: what somebody accepted until a day admits nothing after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from policycc.model.matrix import Matrix


def deadlines(matrices: Sequence[Matrix], today: date) -> Iterator[str]:
    """What the proof says of decisions with an end."""
    for matrix in matrices:
        for accept in matrix.accepts:
            if accept.until is not None:
                what = f"the accepted {accept.what} of {', '.join(entry.text for entry in accept.actions)}"
                over = f"ended on {accept.until} and admits nothing"
                yield f"{matrix.name}: {what} {over if today > accept.until else f'ends on {accept.until}'}"


def in_force(matrix: Matrix, today: date) -> Matrix:
    """The matrix without decisions that have run out."""
    accepts = tuple(accept for accept in matrix.accepts if accept.until is None or today <= accept.until)
    return matrix if len(accepts) == len(matrix.accepts) else replace(matrix, accepts=accepts)
