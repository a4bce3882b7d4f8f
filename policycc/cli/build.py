"""`policycc build`: compiles, proves and writes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

import click

from policycc.cli import console, engine
from policycc.cli.sources import resolve
from policycc.cli.status import status_of
from policycc.cli.wording import plural
from policycc.diagnostics.model import Diagnostics
from policycc.emit.json_target import Emitted
from policycc.ir.outcome import CatalogueSource, Outcome
from policycc.model.matrix import Matrix, Target

TARGETS = get_args(Target)


@click.command()
@click.argument("matrices", metavar="[MATRIX]...", nargs=-1)
@click.option(
    "-o", "--output", metavar="DIR", type=click.Path(path_type=Path), help="Where to write; default `[output]`'s `dir`."
)
@click.option("--target", type=click.Choice(TARGETS), help="What to write; default `[output]`'s `target`.")
@click.option(
    "--templates",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Templates that replace those of policycc.",
)
@click.option("--frozen", is_flag=True, help="Fail if the catalogue is not the one of policycc.lock.")
@click.option("--check", "compare", is_flag=True, help="Write nothing; exit with 1 if the output is not up to date.")
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@click.option("--no-verify", is_flag=True, help="Write without a proof; the manifest and the summary say so.")
@console.notes_option()
@click.pass_context
def build(
    ctx: click.Context,
    matrices: tuple[str, ...],
    output: Path | None,
    target: str | None,
    templates: Path | None,
    frozen: bool,
    compare: bool,
    strict: bool,
    no_verify: bool,
    notes: bool,
) -> None:
    """Compile a matrix, prove the policies and write them.

    Without MATRIX, the nearest matrix.toml upwards; `-` is standard input. Several matrices are built together: all
    their environments are kept apart.

    \b
    Examples:
      policycc build
      policycc build matrix.toml -o policies
      policycc build --check --frozen
    """
    sources = resolve(matrices)
    result = engine.build(sources, templates=templates, prove=not no_verify, target=target)
    diagnostics = result.diagnostics
    locks = _locks(result.matrices)
    if frozen:
        _check_frozen(locks, result.catalogue, diagnostics)
    if no_verify:
        diagnostics.warning("PCC790", "the policies are not proved, as `--no-verify` asks")
    done = None
    if result.files is not None and result.outcome is not None and not diagnostics.has_errors:
        folder = output or _folder(result.matrices)
        names = tuple(item.name for item in result.outcome.matrices)
        if compare:
            done = _compare(folder, result.files, names, diagnostics)
        else:
            done = _write(folder, result.files, names, diagnostics)
            if done is not None:
                _write_locks(locks, result.catalogue, diagnostics)
    findings = list(diagnostics)
    console.report(findings, notes=notes)
    if done is not None and result.outcome is not None:
        # The outcome comes last, below whatever there is to say of the matrix.
        console.write(done if compare else f"{_summary(result.outcome, result.emitted)}\n{done}")
    ctx.exit(status_of(findings, strict=strict))


def _folder(matrices: tuple[Matrix, ...]) -> Path:
    """The folder that `[output]` names, beside its matrix. Matrices that are built together must agree on it."""
    folders = {
        (_beside(matrix) / matrix.output.dir).resolve(): _beside(matrix) / matrix.output.dir for matrix in matrices
    }
    if len(folders) != 1:
        raise click.UsageError("the matrices name different output folders; name one with `-o`")
    return next(iter(folders.values()))


def _beside(matrix: Matrix) -> Path:
    """Where the matrix is; for standard input, where the user is."""
    return Path(matrix.path).parent


def _locks(matrices: tuple[Matrix, ...]) -> tuple[Path, ...]:
    from policycc.emit.lock import NAME

    return tuple(sorted({_beside(matrix) / NAME for matrix in matrices}))


def _check_frozen(locks: tuple[Path, ...], catalogue: CatalogueSource, diagnostics: Diagnostics) -> None:
    from policycc.emit.errors import OutputError
    from policycc.emit.lock import check_frozen

    try:
        for path in locks:
            check_frozen(path, catalogue, diagnostics)
    except OutputError as error:
        diagnostics.extend([error.diagnostic])


def _compare(folder: Path, files: Mapping[str, bytes], names: tuple[str, ...], diagnostics: Diagnostics) -> str | None:
    """Says that the output is up to date; or adds what is not, and returns None."""
    from policycc.emit.compare import compare

    if not compare(folder, files, names, diagnostics):
        return None
    return f"{folder} is up to date: {plural(len(files), 'file')}\n"


def _write(folder: Path, files: Mapping[str, bytes], names: tuple[str, ...], diagnostics: Diagnostics) -> str | None:
    """Writes, and says what was done; or adds the reason why not, and returns None."""
    from policycc.emit.errors import OutputError
    from policycc.emit.writer import write_build

    try:
        done = write_build(folder, files, names)
    except OutputError as error:
        diagnostics.extend([error.diagnostic])
        return None
    counts = [(len(done.written), "written"), (len(done.removed), "removed"), (len(done.unchanged), "unchanged")]
    message = f"{folder}: {', '.join(f'{count} {word}' for count, word in counts if count)}"
    return f"{message} (finished an interrupted build)\n" if done.recovered else f"{message}\n"


def _write_locks(locks: tuple[Path, ...], catalogue: CatalogueSource, diagnostics: Diagnostics) -> None:
    from policycc.emit import lock
    from policycc.emit.errors import OutputError

    try:
        for path in locks:
            lock.write(path, catalogue)
    except OutputError as error:
        diagnostics.extend([error.diagnostic])


def _summary(outcome: Outcome, emitted: Sequence[Emitted]) -> str:
    from policycc.cli.summary import render_summary

    return render_summary(outcome, emitted, colour=console.wants_colour(sys.stdout))
