"""`policycc plan`: one account, two, or many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from policycc.cli import console
from policycc.cli.sources import STDIN, resolve
from policycc.cli.status import status_of
from policycc.cli.wording import plural
from policycc.diagnostics.model import Diagnostics

if TYPE_CHECKING:
    from policycc.planning import Planned

FORMS = ("text", "json", "markdown")
TOPOLOGIES = ("single", "hybrid", "separate", "optimum")


@click.command()
@click.argument("matrices", metavar="[MATRIX]...", nargs=-1)
@click.option("--format", "form", type=click.Choice(FORMS), default="text", show_default=True)
@click.option(
    "--write",
    "topology",
    type=click.Choice(TOPOLOGIES),
    help="Write the accounts of a topology into the matrix, which keeps its comments and layout.",
)
@click.pass_context
def plan(ctx: click.Context, matrices: tuple[str, ...], form: str, topology: str | None) -> None:
    """Compare one account, two, one for each environment, and the fewest in which nothing has to be left out.

    Shows which environments must not share an account, and the cells of the matrix that force that. Without MATRIX, the
    nearest matrix.toml upwards; `-` is standard input. Several matrices are planned together.

    \b
    Examples:
      policycc plan
      policycc plan --format markdown
      policycc plan --write optimum
    """
    from policycc import planning
    from policycc.model.load import read_sources

    sources = resolve(matrices)
    if topology is not None and STDIN in sources:
        raise click.UsageError("`--write` changes files, and standard input is none")
    diagnostics = Diagnostics()
    documents = read_sources(sources, diagnostics)
    planned = planning.plan(documents)
    diagnostics.extend(planned.diagnostics)
    if planned.plan is not None and not diagnostics.has_errors:
        if topology is None:
            console.write(_rendered(planned, form))
        else:
            _write(planned, topology, diagnostics)
    findings = list(diagnostics)
    console.report(findings)
    ctx.exit(status_of(findings, strict=False))


def _rendered(planned: Planned, form: str) -> str:
    from importlib import import_module

    rendered: str = import_module(f"policycc.plan.render.{form}").render(planned.plan)
    return rendered


def _write(planned: Planned, topology: str, diagnostics: Diagnostics) -> None:
    from policycc.emit.errors import OutputError
    from policycc.emit.matrix_file import rewrite
    from policycc.plan.consequences import ids_to_write

    texts, problems = planned.rewritten(topology)
    diagnostics.extend(problems)
    if problems.has_errors:
        return
    try:
        changed = rewrite({Path(name): pair for name, pair in texts.items()})
    except OutputError as error:
        diagnostics.extend([error.diagnostic])
        return
    if not changed:
        console.write(f"nothing to write: the matrix has these accounts already ({topology})\n")
        return
    if planned.plan is None:
        return
    written = planned.plan.topology(topology)
    found = written.accounts
    for account in found:
        console.write(f"{account.name}: {', '.join(account.environments)}{' (new)' if account.new else ''}\n")
    names = ", ".join(str(path) for path in changed)
    console.write(f"{plural(len(found), 'account')} written to {names}\n")
    for line in ids_to_write(written):
        console.write(f"to do: {line}\n")
