"""A command group that imports a command only when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from policycc.cli.console import colour_option


@dataclass(frozen=True, slots=True)
class Lazy:
    """Where a command is (`module:function`) and its line in the list of commands."""

    place: str
    help: str


class LazyGroup(click.Group):
    """The commands of an explicit table, in its order. `--help` needs the table only.

    Every command gets the `--color` option here, so that all of them have it and no command handles it."""

    def __init__(self, *args: Any, table: Mapping[str, Lazy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self._table.get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry.place.partition(":")
        command = getattr(import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.place} is no command")
        if not any(parameter.name == "color" for parameter in command.params):
            command.params.append(colour_option())
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self._table and not name.startswith("-"):
            from policycc.diagnostics.wording import did_you_mean

            hint = did_you_mean(name, tuple(self._table), what="the commands are")
            ctx.fail(f"there is no command `{name}`" + (f"; {hint}" if hint else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self._table.items()])
