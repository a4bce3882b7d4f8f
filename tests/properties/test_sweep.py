"""Every action of the catalogue has a definite outcome, works inside its environment if granted, and nowhere else.

All actions are swept by `make sweep`; here a few of each service, and the counts of the reviewed ones.
"""

from __future__ import annotations

import random

import pytest

from policycc.catalogue.catalogue import load
from policycc.catalogue.facts import Support
from tests.support import sweep, sweep_report
from tests.support.facts import facts_of

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
    assert sweep_report.counts(sweep_report.decided([service])) == sweep_report.expected()[service]


@pytest.mark.parametrize("service", sweep_report.REVIEWED)
def test_somebody_looked_into_every_action_that_is_not_granted(service: str) -> None:
    """A new exception has to be read up, and one that is none any more has to go."""
    found = {one.action: one.label for one in sweep_report.decided([service]) if one.is_exception}
    assert {action: what for action, what in reviewed().items() if action.startswith(f"{service}:")} == found


def reviewed() -> dict[str, str]:
    return {action: review.what for review in sweep_report.exceptions() for action in review.actions}


def test_each_action_is_reviewed_once_with_the_reason_and_the_pages() -> None:
    reviews = sweep_report.exceptions()
    assert sum(len(review.actions) for review in reviews) == len(reviewed())
    for review in reviews:
        assert len(review.why) > 40, review.actions
        assert review.sources, review.actions
        assert all(source.startswith("https://docs.aws.amazon.com/") for source in review.sources), review.actions


def test_of_blind_types_the_catalogue_knows_no_tags_and_no_name() -> None:
    """Once AWS shows tags of such a type, the review is to be done again."""
    for review in sweep_report.exceptions():
        for action in review.actions:
            blind = [row for row in facts_of(action).rows if row.type in review.blind]
            assert bool(blind) == bool(review.blind), action
            for row in blind:
                assert row.resource_tag is Support.NO and not (row.owner and row.owner.chosen), (action, row.type)


@pytest.mark.parametrize("service", ["ec2", "s3", "sqs", "tag"])
def test_the_page_is_up_to_date(service: str) -> None:
    row, _ = sweep_report.lines(sweep_report.decided([service]))
    assert row in sweep_report.PAGE.read_text("utf-8").splitlines()


def test_the_page_counts_every_action() -> None:
    total = next(line for line in sweep_report.PAGE.read_text("utf-8").splitlines() if line.startswith("| **all**"))
    assert int(total.split("|")[2]) == sum(len(load().service(name).names()) for name in load().services())


def test_a_hole_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The questions notice a policy that forgets a condition."""
    written = sweep._json

    def careless(statement: sweep.Statement) -> dict[str, object]:
        return {key: value for key, value in written(statement).items() if key != "Condition"}

    monkeypatch.setattr(sweep, "_json", careless)
    for action in ("ec2:StartInstances", "ec2:CreateTags", "sqs:CreateQueue", "rds:AddTagsToResource"):
        assert sweep.sweep(action).problems
