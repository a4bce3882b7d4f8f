"""A proof as a short certificate in Markdown, for auditors."""

from __future__ import annotations

from collections.abc import Iterator

from policycc.verify.result import Verification

_CLAIMS = {
    "isolation": "no request reaches a resource of an environment in which its action is not granted",
    "exactness": "every allowed request is one that a grant, companion, input or listed residual intends",
    "closure": "no request moves a boundary tag, and what is created belongs to one environment",
    "usability": "the canonical requests of every grant are allowed",
    "escape": "no allowed action defeats the boundary by another path, unless the matrix accepts it",
    "trust": "every role can be assumed by those whom the matrix names, as it says, and by nobody else",
    "chains": "nobody reaches more than is granted by becoming one role after another",
    "fit": "every document is valid for AWS and inside its quotas",
    "irredundant": "nothing can be dropped without loss",
}


def render(found: Verification) -> str:
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Verification) -> Iterator[str]:
    yield f"# Access proof: {found.verdict.value}"
    yield ""
    yield (
        f"Policies of {found.principals} principals in {found.documents} documents, judged for all requests against "
        f"{found.catalogue}."
    )
    yield ""
    yield "| property | claim | verdict |"
    yield "| --- | --- | --- |"
    for item in found.properties:
        yield f"| {item.name} | {_CLAIMS[item.name]} | {item.verdict.value} |"
    yield from _section("Counterexamples", _counterexamples(found))
    yield from _section("Not decided", _open(found))
    yield from _section("Residuals: allowed on everything, because AWS gives no means to hold it", _residuals(found))
    yield from _section("Excepted from the verdicts", _exceptions(found))
    yield from _section("Assumptions", iter(found.assumptions))
    yield from _section("Notes", iter(found.notes))


def _section(title: str, items: Iterator[str]) -> Iterator[str]:
    lines = [f"- {item}" for item in items]
    if lines:
        yield ""
        yield f"## {title}"
        yield ""
        yield from lines


def _counterexamples(found: Verification) -> Iterator[str]:
    for item in found.properties:
        for example in item.counterexamples:
            place = f" (`{example.policy}` line {example.line})" if example.policy and example.line else ""
            yield f"{item.name}: {example.sentence}{place}"


def _open(found: Verification) -> Iterator[str]:
    for item in found.properties:
        for left in item.open:
            yield f"{item.name}, {left.principal}{' ' + left.action if left.action else ''}: {left.reason}"


def _residuals(found: Verification) -> Iterator[str]:
    for item in found.residuals:
        reaches = ", ".join(item.reaches) or "no other environment"
        yield (
            f"`{item.account}/{item.principal}`, reaching {reaches}, by {item.decision} ({item.reason}): "
            + ", ".join(f"`{action}`" for action in item.actions)
        )


def _exceptions(found: Verification) -> Iterator[str]:
    for item in found.properties:
        for exception in item.exceptions:
            yield f"{item.name}: {exception}"
