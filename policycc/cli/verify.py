"""`policycc verify`: prove the promise about policy files as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from policycc.cli import console
from policycc.cli.sources import STDIN, resolve
from policycc.cli.status import CLEAN, FINDINGS, USAGE, status_of
from policycc.diagnostics.model import Diagnostics

if TYPE_CHECKING:
    from policycc.catalogue.catalogue import Catalogue
    from policycc.model.matrix import Matrix
    from policycc.verify import Verification

FORMATS = ("text", "json", "markdown")


@click.command()
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(file_okay=False))
@click.option("-m", "--matrix", "matrices", metavar="MATRIX", multiple=True, help="A matrix that the policies are of.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.pass_context
def verify(ctx: click.Context, directory: str | None, matrices: tuple[str, ...], form: str) -> None:
    """Prove the promise about the policy files in DIR as they are, whoever wrote or edited them.

    Without DIR, the folder that the matrix names; without -m, the nearest matrix.toml upwards. Exits with 1 if a
    property is refuted or cannot be decided. What could be dropped without loss is noted, and changes no exit code.

    \b
    Examples:
      policycc verify
      policycc verify -m matrix.toml policies/ --format markdown > certificate.md
    """
    from policycc.catalogue.catalogue import load as load_catalogue
    from policycc.catalogue.datafiles import CatalogueError
    from policycc.model.load import load
    from policycc.verify import verify_directory

    sources = resolve(matrices)
    if STDIN in sources:
        raise click.UsageError("verify reads matrices from files only")
    found, diagnostics = load(sources)
    try:
        catalogue = load_catalogue()
    except CatalogueError as error:
        raise click.ClickException(str(error)) from None
    _resolve_selectors(found, catalogue, diagnostics)
    if diagnostics.has_errors or not found:
        console.report(diagnostics)
        ctx.exit(status_of(diagnostics) or FINDINGS)
    folder = Path(directory) if directory else Path(sources[0]).parent / found[0].output.dir
    if not folder.is_dir():
        click.echo(f"error: there is no folder `{folder}`", err=True)
        ctx.exit(USAGE)
    try:
        result = verify_directory(found, catalogue, folder, redundancy=True)
    except OSError as error:
        click.echo(f"error: {error.filename}: {error.strerror}", err=True)
        ctx.exit(USAGE)
    console.write(_render(result, form))
    ctx.exit(CLEAN if result.verdict.value == "proved" else FINDINGS)


def _resolve_selectors(matrices: tuple[Matrix, ...], catalogue: Catalogue, diagnostics: Diagnostics) -> None:
    """Errors in what the cells say: a proof about half a matrix would be none."""
    from policycc.catalogue.selectors import Selectors

    for matrix in matrices:
        selectors = Selectors(matrix, catalogue, diagnostics)
        for cell in matrix.cells:
            selectors.resolve(cell.entries)


def _render(result: Verification, form: str) -> str:
    if form == "json":
        from policycc.verify.render import json

        return json.render(result)
    if form == "markdown":
        from policycc.verify.render import markdown

        return markdown.render(result)
    import sys

    from policycc.verify.render import text

    return text.render(result, colour=console.wants_colour(sys.stdout))
