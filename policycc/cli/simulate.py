"""`policycc simulate`: requests in, decisions out, a line each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

import click

from policycc.cli.console import write
from policycc.cli.status import CLEAN, FINDINGS


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "jsonl"]),
    default="jsonl",
    show_default=True,
    help="One JSON object a line, or text for people.",
)
@click.option("--catalogue", is_flag=True, help="Drop condition keys that action and resource type do not supply.")
@click.pass_context
def simulate(ctx: click.Context, file: IO[bytes], form: str, catalogue: bool) -> None:
    """Evaluate requests against policies, one JSON object a line.

    FILE is a file of requests; without it, or as `-`, standard input. A line that is no request gets an error line,
    and the rest goes on; the exit status is then 1.

    \b
    Examples:
      policycc simulate requests.jsonl
      policycc simulate --format text < requests.jsonl
    """
    from policycc.iam.simulate import Simulator

    context_filter = None
    if catalogue:
        from policycc.cli.supplied import supplied_only

        context_filter = supplied_only()
    simulator = Simulator(context_filter)
    bad = False
    for line in _lines(file):
        answer = simulator.answer(line)
        bad = bad or "error" in answer
        write(_text(answer) if form == "text" else json.dumps(answer) + "\n")
    ctx.exit(FINDINGS if bad else CLEAN)


def _lines(file: Iterable[bytes]) -> Iterator[str]:
    """The lines that are not blank; bytes that are not UTF-8 make a line that is not JSON."""
    for line in file:
        text = line.decode("utf-8", errors="surrogateescape").strip()
        if text:
            yield text


def _text(answer: dict[str, Any]) -> str:
    name = "-" if answer["id"] is None else str(answer["id"])
    if "error" in answer:
        return f"{name}: error: {answer['error']}\n"
    statements = "; ".join(_statement(ref) for ref in answer["statements"])
    text = f"{name}: {answer['decision']}" + (f" by {statements}" if statements else "")
    if "missing" in answer and not statements:
        nearest = answer["nearest"]
        text += f", {answer['missing']}" + (f" (nearest: {_statement(nearest)})" if nearest else "")
    return text + "\n"


def _statement(ref: dict[str, Any]) -> str:
    level = f" level {ref['level']}" if "level" in ref else ""
    return f"{ref['kind']}{level} policy {ref['policy']} statement {ref['statement']}"
