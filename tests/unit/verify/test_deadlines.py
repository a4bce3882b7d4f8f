"""What was accepted until a day admits nothing after it, and the proof names the day."""

from __future__ import annotations

import json
from datetime import date

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.verify import Verdict, Verification, verify
from policycc.verify.render import json as as_json
from policycc.verify.render import markdown
from tests.unit.verify.test_promise import TWO, _matrices, allow, cell, refuted

ACCEPT = """[fallback]
reads = "split"
[[accept]]
what = "residual"
actions = ["ec2:DescribeInstances"]
reason = "names are not secret"
until = 2027-06-30
"""


def on(today: date) -> Verification:
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow(["ec2:DescribeInstances"])]}).encode()
    matrices = _matrices(TWO + cell("ec2:DescribeInstances") + ACCEPT)
    return verify(matrices, load_catalogue(), {"main/app-people.json": document}, today=today)


def test_an_accept_holds_to_the_end_of_its_day() -> None:
    found = on(date(2027, 6, 30))
    assert found.verdict is Verdict.PROVED
    assert [(item.actions, item.decision) for item in found.residuals] == [(("ec2:DescribeInstances",), "accept")]
    assert "app: the accepted residual of ec2:DescribeInstances ends on 2027-06-30" in found.notes
    assert "ends on 2027-06-30" in markdown.render(found)
    assert any("ends on 2027-06-30" in note for note in json.loads(as_json.render(found))["notes"])


def test_after_it_nothing_is_admitted() -> None:
    found = on(date(2027, 7, 1))
    assert "exactness" in refuted(found)
    assert found.residuals == ()
    assert "app: the accepted residual of ec2:DescribeInstances ended on 2027-06-30 and admits nothing" in found.notes
