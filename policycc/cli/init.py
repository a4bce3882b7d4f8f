"""`policycc init`: a starter matrix."""

from __future__ import annotations

import re
from pathlib import Path

import click

from policycc import _resources
from policycc.cli import console
from policycc.cli.sources import MATRIX

EXAMPLES = ("starter", "accounts", "serverless")
"""Files of `templates/init`."""


@click.command()
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=Path())
@click.option(
    "--example", type=click.Choice(EXAMPLES), default=EXAMPLES[0], show_default=True, help="Which matrix to start from."
)
def init(folder: Path, example: str) -> None:
    """Write a commented starter matrix.toml that builds. Never overwrites.

    The application is named after the folder.

    \b
    Examples:
      policycc init
      policycc init infrastructure/access --example accounts
    """
    text = _resources.templates().joinpath("init", f"{example}.toml").read_text(encoding="utf-8")
    place = folder / MATRIX
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with place.open("x", encoding="utf-8") as file:
            file.write(text.replace("@NAME@", _application(folder)))
    except FileExistsError:
        raise click.UsageError(f"`{place}` exists already, and is left as it is") from None
    except OSError as error:
        raise click.UsageError(f"`{place}` cannot be written: {error.strerror}") from None
    console.write(f"wrote {place}; build it with `policycc build`\n")


def _application(folder: Path) -> str:
    """A name for the application that the language takes, from the name of the folder."""
    words = re.findall(r"[a-z0-9]+", folder.resolve().name.lower())
    name = re.sub(r"^[^a-z]+", "", "-".join(words))[:32].rstrip("-")
    return name or "webshop"
