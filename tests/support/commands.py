"""Commands that behave badly, for the tests of what the command line does then."""

from __future__ import annotations

import time

import click

from policycc.cli.console import write


@click.command()
def broken() -> None:
    raise KeyError("no such thing")


@click.command()
@click.pass_context
def finds(ctx: click.Context) -> None:
    ctx.exit(1)


@click.command()
def waits() -> None:
    write("waiting\n")
    time.sleep(30)


@click.command()
def talks() -> None:
    while True:
        write("talk\n")
