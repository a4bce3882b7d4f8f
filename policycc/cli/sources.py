"""Which matrices a command is about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

MATRIX = "matrix.toml"
STDIN = "-"


def resolve(arguments: Sequence[str]) -> tuple[str, ...]:
    """The matrices as the user named them, or else the nearest `matrix.toml` upwards, named from here.

    Raises click.UsageError where there is none, or where standard input is named twice."""
    if arguments.count(STDIN) > 1:
        raise click.UsageError("standard input (`-`) can be read once only")
    if arguments:
        return tuple(arguments)
    here = Path.cwd()
    for depth, folder in enumerate((here, *here.parents)):
        if (folder / MATRIX).is_file():
            return (str(Path(*[".."] * depth, MATRIX)),)
    raise click.UsageError(f"there is no `{MATRIX}` here or above; name a matrix, or start one with `policycc init`")
