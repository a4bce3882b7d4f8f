"""`policycc check`: what is wrong with a matrix."""

from __future__ import annotations

from pathlib import Path

import click

from policycc.cli import console, engine
from policycc.cli.sources import resolve
from policycc.cli.status import status_of
from policycc.cli.wording import counted


@click.command()
@click.argument("matrices", metavar="[MATRIX]...", nargs=-1)
@click.option("--format", "form", type=click.Choice(console.FORMATS), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@console.notes_option()
@click.pass_context
def check(ctx: click.Context, matrices: tuple[str, ...], form: str, strict: bool, notes: bool) -> None:
    """Find what is wrong with a matrix; writes nothing.

    Without MATRIX, the nearest matrix.toml upwards; `-` is standard input. Several matrices are checked as one build.

    \b
    Examples:
      policycc check
      policycc check shop.toml billing.toml --format github
    """
    result = engine.check(resolve(matrices))
    if result.outcome is not None:
        from policycc.cli.drift import report_drift

        for folder in sorted({Path(matrix.path).parent / matrix.output.dir for matrix in result.matrices}):
            report_drift(folder, result.outcome, result.diagnostics)
    findings = list(result.diagnostics)
    console.report(findings, form, notes=notes)
    if form == "text":
        names = ", ".join(matrix.name for matrix in result.matrices)
        console.write(f"{names + ': ' if names else ''}{counted(findings)}\n")
    ctx.exit(status_of(findings, strict=strict))
