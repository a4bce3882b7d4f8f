"""What is wrong with a selector, and what to write instead."""

from __future__ import annotations

import pytest

from policycc.model.selector import fault


@pytest.mark.parametrize(
    "text", ["ec2:StartInstances", "ec2:Describe*", "ec2:@read", "*:@list", "!*:@data", "observe", "s3-object-lambda:*"]
)
def test_a_selector_has_no_fault(text: str) -> None:
    assert fault(text) is None


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("*", "`*:@all`"),
        ("@read", "`*:@read`"),
        ("lambda:*@read", "`lambda:@read`"),
        ("!lambda:*@write", "`lambda:@write`"),
        ("lambda:", "`lambda:@read`"),
        ("Observe", "`ec2:StartInstances`"),
        (":StartInstances", "`ec2:StartInstances`"),
        ("ec2:Start-Instances", "`ec2:StartInstances`"),
        ("ec2:A, ec2:B", "string of its own"),
    ],
)
def test_a_fault_says_what_to_write(text: str, instead: str) -> None:
    found = fault(text)
    assert found is not None
    assert found[1] is not None
    assert instead in found[1]
