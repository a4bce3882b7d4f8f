"""What `check` says of policies that were built with another catalogue."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from policycc.cli.drift import report_drift
from policycc.diagnostics.model import Diagnostics
from policycc.emit.writer import write_build
from policycc.ir.outcome import Grant
from tests.support.outputs import CATALOGUE, document, files, outcome

GRANT = Grant("developers", ("dev",), ("sqs:ListDeadLetterSourceQueues",), "granted")
OLD = replace(CATALOGUE, version="0.1.202510271", sha256="c" * 64)


def found(
    folder: Path, *actions: str, grants: tuple[Grant, ...] = (GRANT,), now: tuple[Grant, ...] = (GRANT,)
) -> list[str]:
    content = files(document(*actions), catalogue=OLD, grants=grants)
    write_build(folder, content, ("webshop",))
    diagnostics = Diagnostics()
    report_drift(folder, outcome(grants=now), diagnostics)
    return [f"{item.code} {item.severity.value}: {item.message}" for item in diagnostics]


def test_nothing_was_built(tmp_path: Path) -> None:
    diagnostics = Diagnostics()
    report_drift(tmp_path / "policies", outcome(), diagnostics)
    assert len(diagnostics) == 0


def test_a_name_and_an_exact_pattern_do_not_drift(tmp_path: Path) -> None:
    assert found(tmp_path, "sqs:ListQueues", "sqs:ListDead*") == []


def test_a_pattern_that_admits_more_is_an_error(tmp_path: Path) -> None:
    (message,) = found(tmp_path, "sqs:ListD*", "sqs:ListQ*")
    assert message.startswith(
        "PCC503 error: `sqs:ListQ*` in `main/webshop-developers.json` now also matches `sqs:ListQ"
    )


def test_the_same_catalogue_is_not_looked_at(tmp_path: Path) -> None:
    write_build(tmp_path, files(document("sqs:*"), grants=(GRANT,)), ("webshop",))
    diagnostics = Diagnostics()
    report_drift(tmp_path, outcome(grants=(GRANT,)), diagnostics)
    assert len(diagnostics) == 0


def test_what_the_next_build_grants_besides_is_a_warning(tmp_path: Path) -> None:
    more = replace(GRANT, actions=("sqs:ListDeadLetterSourceQueues", "sqs:ListQueues"))
    (message,) = found(tmp_path, "sqs:ListDeadLetterSourceQueues", now=(more,))
    assert message == "PCC504 warning: with the next build `developers` gains `sqs:ListQueues` in `dev`"


def test_a_changed_matrix_explains_changed_grants(tmp_path: Path) -> None:
    write_build(tmp_path, files(document("sqs:ListQueues"), catalogue=OLD, grants=(GRANT,)), ("webshop",))
    diagnostics = Diagnostics()
    other = outcome()
    changed = replace(other, matrices=(replace(other.matrices[0], resolved_sha256="d" * 64),))
    report_drift(tmp_path, changed, diagnostics)
    assert len(diagnostics) == 0


def test_what_a_newer_catalogue_can_hold_is_said_with_its_cell(tmp_path: Path) -> None:
    wide = replace(GRANT, outcome="residual")
    held = replace(GRANT, how=(("queue", ("tag",)),))
    (message,) = found(tmp_path, "sqs:ListDeadLetterSourceQueues", grants=(wide,), now=(held,))
    assert message == (
        "PCC508 warning: with the next build `developers` holds `sqs:ListDeadLetterSourceQueues` by tag in `dev`, "
        "and no longer account-wide"
    )


def test_what_is_left_out_now_is_lost(tmp_path: Path) -> None:
    (message,) = found(tmp_path, "sqs:ListDeadLetterSourceQueues", now=(replace(GRANT, outcome="split"),))
    assert message.startswith("PCC504 warning: with the next build `developers` loses `sqs:ListDead")


def test_a_companion_more_is_a_grant_more(tmp_path: Path) -> None:
    (message,) = found(tmp_path, "sqs:ListQueues", now=(replace(GRANT, companions=("sqs:TagQueue",)),))
    assert message == "PCC504 warning: with the next build `developers` gains `sqs:TagQueue` in `dev`"


def test_the_only_pattern_of_a_statement_is_one_pattern(tmp_path: Path) -> None:
    """A list of one is written as that one."""
    (message,) = found(tmp_path, "sqs:ListQ*")
    assert message.startswith("PCC503 error: `sqs:ListQ*` in ")
    assert found(tmp_path, "sqs:ListDead*") == []
