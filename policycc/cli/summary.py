"""The summary after a build: what each principal got, what it could not get, and what is proved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policycc.cli.console import paint
from policycc.cli.wording import plural, shortened
from policycc.emit.json_target import Emitted
from policycc.ir.outcome import PROPERTIES, Outcome, Proof, Verdict
from policycc.ir.statement import Principal

_BOLD, _DIM, _GREEN, _YELLOW, _RED = "1", "2", "32", "33", "31"
_BAR = 10
_ROOM = 60
_VERDICT_COLOURS = {"proved": _GREEN, "refuted": _RED, "unknown": _YELLOW}


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    documents: str
    share: str
    grants: str
    rest: str


def render_summary(outcome: Outcome, emitted: Sequence[Emitted], *, colour: bool = False) -> str:
    """The summary as text. `outcome` is canonical and carries the proof; `emitted` are the policy and trust files."""
    parts = [
        *_accounts(outcome, emitted, colour),
        *_section("Beyond their environments (residuals)", _residuals(outcome), colour),
        *_section("Waiting for an account split", _splits(outcome), colour),
        *_section("Left out", _omissions(outcome), colour),
        *_section("Ways around the policies (escapes)", _escapes(outcome), colour),
        *_section("Audit scopes", _audit(outcome), colour),
        *_section("Needed in the account", _prerequisites(outcome), colour),
        *_proof(outcome.proof, colour),
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


def _accounts(outcome: Outcome, emitted: Sequence[Emitted], colour: bool) -> Iterator[str]:
    principals = sorted({item.principal for item in emitted}, key=lambda item: (item.account, item.name, item.matrix))
    rows = {principal: _row(principal, outcome, emitted) for principal in principals}
    widths = [
        max((len(getattr(row, field)) for row in rows.values()), default=0)
        for field in ("name", "documents", "share", "grants")
    ]
    for account in outcome.accounts:
        title = f"{account.name} ({account.id})" if account.id else account.name
        yield f"{paint(title, _BOLD, colour)}  {', '.join(account.environments)}"
        for principal in principals:
            if principal.account == account.name:
                row = rows[principal]
                cells = (row.name, row.documents, row.share, row.grants)
                line = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
                rest = f"  {paint(row.rest, _DIM, colour)}" if row.rest else ""
                yield f"  {line}{rest}" if rest else f"  {line}".rstrip()
        yield ""


def _row(principal: Principal, outcome: Outcome, emitted: Iterable[Emitted]) -> _Row:
    own = [item for item in emitted if item.principal == principal]
    policies = [item for item in own if item.kind != "trust"]
    share = sum(item.size for item in policies) / max(sum(item.quota for item in policies), 1)
    documents = plural(len(policies), "policy") + (" + trust" if len(policies) < len(own) else "")
    environments = {
        name for account in outcome.accounts if account.name == principal.account for name in account.environments
    }
    if principal.environment is not None:
        environments &= {principal.environment, f"{principal.matrix}/{principal.environment}"}
    counts: Counter[str] = Counter()
    for grant in outcome.grants:
        if grant.group == principal.group:
            counts[grant.outcome] += len(grant.actions) * len(environments & set(grant.environments))
    rest = [
        f"{counts[name]:,} {word}"
        for name, word in (("residual", "residual"), ("split", "to split"), ("omitted", "left out"))
        if counts[name]
    ]
    return _Row(
        principal.name,
        documents,
        f"{_bar(share)} {share:4.0%}",
        f"{counts['granted']:,} granted",
        ", ".join(rest),
    )


def _bar(share: float) -> str:
    full = min(_BAR, max(round(share * _BAR), 1 if share else 0))
    return "█" * full + "░" * (_BAR - full)


def _section(title: str, lines: Iterable[str], colour: bool) -> Iterator[str]:
    # Entries that differ only in what is not shown here are one line.
    found = [f"  {line}" for line in dict.fromkeys(lines)]
    if found:
        yield paint(title, _BOLD, colour)
        yield from found
        yield ""


def _residuals(outcome: Outcome) -> Iterator[str]:
    for item in outcome.residuals:
        reach = f"reach {', '.join(item.reaches)}" if item.reaches else "reach what no environment claims"
        yield f"{item.group}: {shortened(item.actions, _ROOM)} {reach} ({item.decision}: {item.reason})"


def _splits(outcome: Outcome) -> Iterator[str]:
    merged: dict[tuple[str, str, str], set[str]] = {}
    for item in outcome.splits:
        once = f"apart from {', '.join(item.apart_from)}" if item.apart_from else "the account is exclusive"
        key = (item.group, shortened(item.actions, _ROOM), once)
        merged.setdefault(key, set()).update(item.environments)
    for (group, actions, once), environments in merged.items():
        yield f"{group}: {actions} in {', '.join(sorted(environments))}, once {once}"


def _omissions(outcome: Outcome) -> Iterator[str]:
    merged: dict[tuple[str, str, str], set[str]] = {}
    for item in outcome.omissions:
        key = (item.group, shortened(item.actions, _ROOM), item.reason)
        merged.setdefault(key, set()).update(item.environments)
    for (group, actions, reason), environments in merged.items():
        yield f"{group}: {actions} in {', '.join(sorted(environments))} ({reason})"


def _escapes(outcome: Outcome) -> Iterator[str]:
    for item in outcome.escapes:
        yield f"{item.group}: {shortened(item.actions, _ROOM)} {item.decision} ({item.class_})"


def _audit(outcome: Outcome) -> Iterator[str]:
    for scope in outcome.scopes:
        yield f"{scope.name}: {', '.join(scope.environments)} (in {', '.join(scope.accounts)})"
        for one in scope.reached_by:
            yield f"  {one.account}/{one.principal}: {'; '.join(one.ways)}"


def _prerequisites(outcome: Outcome) -> Iterator[str]:
    for item in outcome.prerequisites:
        yield f"{item.account}: {item.what}"


def _proof(proof: Proof, colour: bool) -> Iterator[str]:
    verdicts = dict(proof.verdicts)
    yield paint("Proof", _BOLD, colour)
    width = max(len(name) for name in PROPERTIES)
    for name in PROPERTIES:
        verdict = verdicts.get(name, Verdict("unknown"))
        shown = paint(verdict.verdict, _VERDICT_COLOURS[verdict.verdict], colour)
        except_ = f", except {plural(len(verdict.exceptions), 'entry')}" if verdict.exceptions else ""
        yield f"  {name.ljust(width)}  {shown}{except_}"
    if proof.assumptions:
        yield paint(f"  under {plural(len(proof.assumptions), 'assumption')}, listed in the manifest", _DIM, colour)
