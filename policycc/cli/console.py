"""What every command shares when it speaks: colour, streams, diagnostics."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO

import click

from policycc.diagnostics.model import Diagnostic, Severity

_META = "policycc.color"
FORMATS = ("text", "json", "sarif", "github")


def colour_option() -> click.Option:
    """`--color`. The choice is kept in the context; `wants_colour` reads it."""
    return click.Option(
        ["--color"],
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        expose_value=False,
        callback=_keep,
        help="Whether to colour what is written. NO_COLOR in the environment turns `auto` off.",
    )


def _keep(ctx: click.Context, _parameter: click.Parameter, value: str) -> None:
    ctx.meta[_META] = value


def wants_colour(stream: TextIO) -> bool:
    """Whether text for this stream is to be coloured: as `--color` says, else on a terminal without NO_COLOR."""
    ctx = click.get_current_context(silent=True)
    choice = ctx.meta.get(_META, "auto") if ctx else "auto"
    if choice != "auto":
        return bool(choice == "always")
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def write(text: str) -> None:
    """A result, to standard output."""
    sys.stdout.write(text)
    sys.stdout.flush()


def notes_option() -> Callable[[click.decorators.FC], click.decorators.FC]:
    """`--notes`, for commands whose text leaves notes out."""
    return click.option("--notes", is_flag=True, help="Show notes too; other formats have them always.")


def report(
    diagnostics: Iterable[Diagnostic],
    form: str = "text",
    lines: Callable[[str], list[str] | None] | None = None,
    *,
    notes: bool = True,
) -> None:
    """Shows diagnostics: as text on standard error; in another of `FORMATS` they are the result, so on standard output.

    `lines` answers the lines of an input by its name; without it the files are read again. Without `notes` the text
    only counts those about a place in the input."""
    items = list(diagnostics)
    if form == "text":
        from policycc.cli.wording import plural
        from policycc.diagnostics import text

        shown = [item for item in items if notes or item.severity is not Severity.NOTE or not item.labels]
        rendered = text.render(shown, lines or file_lines, colour=wants_colour(sys.stderr))
        hidden = len(items) - len(shown)
        if hidden:
            rendered += f"{plural(hidden, 'note')}: --notes shows {'it' if hidden == 1 else 'them'}\n"
        sys.stderr.write(rendered)
        sys.stderr.flush()
    elif form == "json":
        from policycc.diagnostics import json

        write(json.render(items))
    elif form == "sarif":
        from policycc import __version__
        from policycc.diagnostics import sarif

        write(sarif.render(items, __version__))
    else:
        from policycc.diagnostics import github

        write(github.render(items))


def file_lines(name: str) -> list[str] | None:
    """The lines of a file, or None if it cannot be read as text."""
    try:
        return Path(name).read_text(encoding="utf-8-sig").split("\n")
    except (OSError, ValueError):
        return None


def paint(text: str, style: str, colour: bool) -> str:
    """Text in a style of ECMA-48, such as `1` for bold."""
    return f"\x1b[{style}m{text}\x1b[0m" if colour else text
