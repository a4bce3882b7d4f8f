"""`policycc simulate`: requests in, decisions out, a line each."""

from __future__ import annotations

import json
from collections.abc import Iterator
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
    from policycc.iam.simulate import MAX_LINE, Simulator

    context_filter = None
    if catalogue:
        from policycc.cli.supplied import supplied_only

        context_filter = supplied_only()
    simulator = Simulator(context_filter)
    bad = False
    for line in _lines(file, MAX_LINE):
        answer = simulator.answer(line)
        bad = bad or "error" in answer
        write(_text(answer) if form == "text" else json.dumps(answer) + "\n")
    ctx.exit(FINDINGS if bad else CLEAN)


def _lines(file: IO[bytes], longest: int) -> Iterator[str]:
    """The lines that are not blank; bytes that are not UTF-8 make a line that is not JSON. Of a line with more than
    `longest` characters only as much is kept as shows that it is too long."""
    most = 4 * longest + 4  # no character takes more than four bytes
    while line := file.readline(most):
        rest = line
        while not rest.endswith(b"\n") and (rest := file.readline(most)):
            pass
        text = line.decode("utf-8", errors="surrogateescape").strip()
        if text or len(line) == most:
            yield text


def _text(answer: dict[str, Any]) -> str:
    return _shown(_sentence(answer)) + "\n"


def _sentence(answer: dict[str, Any]) -> str:
    name = "-" if answer["id"] is None else str(answer["id"])
    if "error" in answer:
        return f"{name}: error: {answer['error']}"
    statements = "; ".join(_statement(ref) for ref in answer["statements"])
    text = f"{name}: {answer['decision']}" + (f" by {statements}" if statements else "")
    if "missing" in answer and not statements:
        nearest = answer["nearest"]
        text += f", {answer['missing']}" + (f" (nearest: {_statement(nearest)})" if nearest else "")
    return text


def _shown(text: str) -> str:
    """The text on one line, with escapes for what a terminal would not show as a character, or would obey."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)


def _statement(ref: dict[str, Any]) -> str:
    level = f" level {ref['level']}" if "level" in ref else ""
    return f"{ref['kind']}{level} policy {ref['policy']} statement {ref['statement']}"
