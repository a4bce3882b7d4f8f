"""A proof as text, for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from policycc.verify.result import Counterexample, Property, Verdict, Verification

_STYLES = {Verdict.PROVED: "32", Verdict.REFUTED: "31", Verdict.UNKNOWN: "33"}


def render(found: Verification, *, colour: bool = False) -> str:
    return "\n".join(_lines(found, colour)) + "\n"


def _lines(found: Verification, colour: bool) -> Iterator[str]:
    for item in found.properties:
        excepted = f", {len(item.exceptions)} excepted" if item.exceptions else ""
        yield f"{item.name:<12} {_paint(item.verdict, colour)}{excepted}"
        yield from _details(item)
    for residual in found.residuals:
        reaches = f", reaching {', '.join(residual.reaches)}" if residual.reaches else ""
        yield (
            f"residual: {residual.account}/{residual.principal} may use {_count(residual.actions)} on everything"
            f"{reaches} ({residual.decision}: {residual.reason})"
        )
    for note in found.notes:
        yield f"note: {note}"
    principals = f"{found.principals} principal{'s' if found.principals != 1 else ''}"
    documents = f"{found.documents} document{'s' if found.documents != 1 else ''}"
    yield (
        f"{_paint(found.verdict, colour)}: {principals}, {documents}, {found.catalogue}, "
        f"{len(found.assumptions)} assumptions (--format markdown lists them)"
    )


def _details(item: Property) -> Iterator[str]:
    for example in item.counterexamples:
        yield f"  {_where(example)}{example.sentence}"
    for left in item.open:
        yield f"  not decided for {left.principal}{' ' + left.action if left.action else ''}: {left.reason}"


def _where(example: Counterexample) -> str:
    return f"{example.policy}:{example.line}: " if example.policy and example.line else ""


def _count(actions: tuple[str, ...]) -> str:
    return actions[0] if len(actions) == 1 else f"{actions[0]} and {len(actions) - 1} more"


def _paint(verdict: Verdict, colour: bool) -> str:
    return f"\x1b[{_STYLES[verdict]}m{verdict.value}\x1b[0m" if colour else verdict.value
