from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycc.iam import relations
from policycc.ir.globs import covers, includes

GLOBS = st.text("ab*?", max_size=6)


@settings(max_examples=300, deadline=None)
@given(GLOBS, GLOBS)
def test_a_yes_is_always_right(wide: str, narrow: str) -> None:
    assert not includes(wide, narrow) or relations.covers(wide, narrow)


@settings(max_examples=300, deadline=None)
@given(st.text("ab*", max_size=7), st.text("ab*", max_size=7))
def test_without_question_marks_a_no_is_right_too(wide: str, narrow: str) -> None:
    assert includes(wide, narrow) is relations.covers(wide, narrow)


@pytest.mark.parametrize(
    ("wide", "narrow", "answer"),
    [
        ("*", "arn:aws:s3:::bucket", True),
        ("arn:aws:s3:::a*", "arn:aws:s3:::ab/*", True),
        ("arn:aws:s3:::a*", "arn:aws:s3:::b*", False),
        ("arn:aws:s3:::a*", "*", False),
        ("arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:eu-west-1:*:instance/i-1", True),
        ("arn:aws:ec2:eu-west-1:*:instance/*", "arn:aws:ec2:*:*:instance/*", False),
        ("arn:aws:logs:*:*:log-group:*", "arn:aws:logs:*:*:log-group:/shop/dev:*", True),
        ("arn:*", "arn:aws:s3:::bucket", False),  # five segments are missing: not decided
    ],
)
def test_arns_are_compared_by_segment(wide: str, narrow: str, answer: bool) -> None:
    assert covers(wide, narrow) is answer
