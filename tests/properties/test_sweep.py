"""Every action of the catalogue has a definite outcome, works inside its environment if granted, and nowhere else.

All actions are swept by `make sweep`; here a few of each service, and the counts of the reviewed ones.
"""

from __future__ import annotations

import random

import pytest

from policycc.catalogue.catalogue import load
from tests.support import sweep, sweep_report

SHARES = 4


def sample(share: int) -> list[str]:
    """One action of every service, chosen by the service's name."""
    chosen = []
    for service in load().services()[share::SHARES]:
        names = load().service(service).names()
        if names:
            chosen.append(f"{service}:{random.Random(service).choice(names)}")
    return chosen


@pytest.mark.parametrize("share", range(SHARES))
def test_an_action_of_every_service_is_held_or_left_out(share: int) -> None:
    found = [sweep.sweep(action) for action in sample(share)]
    assert len(found) > 90
    assert {one.action: one.problems for one in found if one.problems} == {}


@pytest.mark.parametrize("service", sweep_report.REVIEWED)
def test_the_outcomes_of_a_service_are_the_reviewed_ones(service: str) -> None:
    found = sweep_report.expectation(sweep_report.decided([service]))
    assert found == sweep_report.expected()[service]


@pytest.mark.parametrize("service", ["ec2", "s3", "sqs", "tag"])
def test_the_page_is_up_to_date(service: str) -> None:
    row, _ = sweep_report.lines(sweep_report.decided([service]))
    assert row in sweep_report.PAGE.read_text("utf-8").splitlines()


def test_the_page_counts_every_action() -> None:
    total = next(line for line in sweep_report.PAGE.read_text("utf-8").splitlines() if line.startswith("| **all**"))
    assert int(total.split("|")[2]) == sum(len(load().service(name).names()) for name in load().services())


def test_nothing_is_left_out_without_a_reason() -> None:
    for service, known in sweep_report.expected().items():
        for action, reason in known["exceptions"].items():
            assert action.startswith(f"{service}:")
            assert len(reason.partition(": ")[2]) > 10, action


def test_a_hole_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The questions notice a policy that forgets a condition."""
    written = sweep._json

    def careless(statement: sweep.Statement) -> dict[str, object]:
        return {key: value for key, value in written(statement).items() if key != "Condition"}

    monkeypatch.setattr(sweep, "_json", careless)
    for action in ("ec2:StartInstances", "ec2:CreateTags", "sqs:CreateQueue", "rds:AddTagsToResource"):
        assert sweep.sweep(action).problems
