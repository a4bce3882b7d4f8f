"""`policycc catalogue`: what AWS supports, per service and action, as the compiler sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from policycc.cli import console
from policycc.cli.lazy import Lazy, LazyGroup

if TYPE_CHECKING:
    from policycc.catalogue.catalogue import Catalogue

COMMANDS = {
    "services": Lazy("policycc.cli.catalogue:services", "the services of the catalogue"),
    "actions": Lazy("policycc.cli.catalogue:actions", "the actions of a service"),
    "show": Lazy("policycc.cli.catalogue:show", "what is known of an action, with its sources"),
    "diff": Lazy("policycc.cli.catalogue_diff:diff", "what another version of the data changes"),
}

_form = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group(cls=LazyGroup, table=COMMANDS)
def catalogue() -> None:
    """Say what AWS supports, and how an action can be held.

    \b
    Examples:
      policycc catalogue services
      policycc catalogue actions sqs
      policycc catalogue show ec2:RunInstances
      policycc catalogue diff new -m matrix.toml
    """


@click.command()
@_form
def services(form: str) -> None:
    """List the services of the catalogue by the prefix of their actions.

    \b
    Example:
      policycc catalogue services
    """
    data = _catalogue()
    titles = data.files.read("serviceNames.json")
    rows = [(name, titles.get(name, name)) for name in data.services()]
    if form == "json":
        _json({"catalogue": _version(data), "services": [{"name": name, "title": title} for name, title in rows]})
    else:
        _table(rows)


@click.command()
@click.argument("service")
@_form
def actions(service: str, form: str) -> None:
    """List the actions of SERVICE with access level, resource types and what the call does to them.

    \b
    Example:
      policycc catalogue actions sqs
    """
    from policycc.catalogue.holding_facts import facts
    from policycc.diagnostics.wording import did_you_mean

    data = _catalogue()
    if not data.has_service(service):
        hint = did_you_mean(service, data.services())
        raise click.UsageError(f"there is no service `{service}`" + (f"; {hint}" if hint else ""))
    found = [facts(data, action.id) for action in data.service(service).actions()]
    if form == "json":
        from policycc.catalogue.views import action_row

        _json({"catalogue": _version(data), "service": service.lower(), "actions": [action_row(one) for one in found]})
        return
    _table(
        [
            (
                one.action.name,
                one.action.level.name.lower(),
                one.kind.value,
                " ".join(f"{row.type}{'*' if row.required else ''}" for row in one.rows) or "-",
            )
            for one in found
        ]
    )


@click.command()
@click.argument("action", metavar="SERVICE:ACTION")
@_form
def show(action: str, form: str) -> None:
    """Say what is known of one action: its resource types, how each can be held, what else AWS checks, and the sources.

    \b
    Example:
      policycc catalogue show ec2:RunInstances
    """
    from policycc.catalogue.holding_facts import facts
    from policycc.catalogue.views import action_text, action_view
    from policycc.diagnostics.wording import did_you_mean

    data = _catalogue()
    if data.action(action) is None:
        service, _, name = action.partition(":")
        known = data.service(service).names() if data.has_service(service) else ()
        hint = did_you_mean(name, known) if known else did_you_mean(service, data.services())
        raise click.UsageError(f"there is no action `{action}`" + (f"; {hint}" if hint else ""))
    found = facts(data, action)
    if form == "json":
        _json({"catalogue": _version(data), **action_view(found)})
    else:
        console.write(action_text(found, data.service(found.action.service).description(found.action.name)))


def _catalogue() -> Catalogue:
    from policycc.catalogue.catalogue import load
    from policycc.catalogue.datafiles import CatalogueError

    try:
        return load()
    except CatalogueError as error:
        raise click.ClickException(str(error)) from error


def _version(data: Catalogue) -> dict[str, str]:
    return {"source": data.source, "version": data.version, "sha256": data.digest}


def _json(value: Any) -> None:
    import json

    console.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max((len(cell) for cell in column), default=0) for column in zip(*rows, strict=True)]
    for row in rows:
        console.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")
