"""`policycc report`: one page for reviewers and auditors."""

from __future__ import annotations

from pathlib import Path

import click

from policycc.cli import console
from policycc.cli.sources import resolve
from policycc.cli.status import status_of
from policycc.diagnostics.model import Diagnostics


@click.command()
@click.argument("matrices", metavar="[MATRIX]...", nargs=-1)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    required=True,
    help="Where to write the page; `-` is standard output.",
)
@click.option(
    "--templates",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Statement templates that replace those of policycc, as for `build`.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@console.notes_option()
@click.pass_context
def report(
    ctx: click.Context, matrices: tuple[str, ...], output: Path, templates: Path | None, strict: bool, notes: bool
) -> None:
    """Write one HTML page that shows what a matrix grants, leaves out and proves, its policies and its account plan.

    The page needs nothing beside itself: no script, no network. Without MATRIX, the nearest matrix.toml upwards; `-` is
    standard input. Several matrices are one page, as they are one build.

    \b
    Examples:
      policycc report -o report.html
      policycc report shop.toml billing.toml -o access.html
    """
    from policycc import report as reporting
    from policycc.model.load import read_sources

    diagnostics = Diagnostics()
    documents = read_sources(resolve(matrices), diagnostics)
    made = reporting.report(documents, templates=templates)
    diagnostics.extend(made.diagnostics)
    if made.page is not None and not diagnostics.has_errors:
        _write(output, made.page, diagnostics)
    findings = list(diagnostics)
    console.report(findings, notes=notes)
    ctx.exit(status_of(findings, strict=strict))


def _write(output: Path, page: str, diagnostics: Diagnostics) -> None:
    from policycc.emit.errors import OutputError
    from policycc.emit.single import write_file

    if str(output) == "-":
        console.write(page)
        return
    try:
        write_file(output, page.encode())
    except OutputError as error:
        diagnostics.extend([error.diagnostic])
    else:
        console.write(f"{output}: written\n")
