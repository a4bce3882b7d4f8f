"""The `policycc` command: the table of commands, and what no command handles itself."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from policycc import __version__
from policycc.cli.lazy import Lazy, LazyGroup
from policycc.cli.status import CLEAN, FAULT, INTERRUPTED, USAGE

COMMANDS = {
    "init": Lazy("policycc.cli.init:init", "write a commented starter matrix.toml that builds"),
    "check": Lazy("policycc.cli.check:check", "find what is wrong with a matrix; writes nothing"),
    "build": Lazy("policycc.cli.build:build", "compile a matrix, prove the policies and write them"),
    "verify": Lazy("policycc.cli.verify:verify", "prove policy files as they are, whoever wrote them"),
    "explain": Lazy("policycc.cli.explain:explain", "say why an action is allowed or not, or what a code means"),
    "plan": Lazy("policycc.cli.plan:plan", "one account, two, or many: compare, and write the accounts"),
    "report": Lazy("policycc.cli.report:report", "write one page for reviewers and auditors"),
    "catalogue": Lazy("policycc.cli.catalogue:catalogue", "what AWS supports, and how an action can be held"),
    "simulate": Lazy("policycc.cli.simulate:simulate", "evaluate requests against policies, one JSON object a line"),
}

BROKEN_PIPE = 141
"""Whoever read the output has gone, as a shell counts it: 128 and the number of SIGPIPE."""


class App(LazyGroup):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Python flushes once more at its end, and would complain then.
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(BROKEN_PIPE) from None


@click.group(cls=App, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def app() -> None:
    """Compile an access matrix into minimal, proved AWS IAM policies.

    A matrix says which groups may do which actions in which environments. Start with `policycc init`.

    Exit status: 0 clean, 1 findings, 2 wrong usage or unusable files, 3 a fault of policycc itself.
    """


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs a command line (by default the process's own) and ends the process."""
    sys.exit(status_of_run(arguments))


def status_of_run(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line and returns its exit status. Only what no command foresaw is handled here."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that cannot show a character gets its escape, not a traceback.
            stream.reconfigure(errors="backslashreplace")
    try:
        result = app.main(args=arguments, prog_name="policycc", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return USAGE
    except click.Abort:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except Exception as error:
        if os.environ.get("POLICYCC_DEBUG"):
            raise
        _own_fault(error)
        return FAULT
    return result if isinstance(result, int) else CLEAN


def _own_fault(error: Exception) -> None:
    from policycc.cli.console import report
    from policycc.diagnostics.model import Diagnostic, Severity

    detail = " ".join(f"{type(error).__name__}: {error}".split())
    report(
        [
            Diagnostic(
                "PCC900",
                Severity.ERROR,
                f"policycc failed: {detail}",
                help="this is a fault of policycc and not yours; please report it with the command, the output of "
                "`policycc --version` and, if it may be shown, the matrix (POLICYCC_DEBUG=1 shows where it happened)",
            )
        ]
    )
