"""The canonical writer: order and form of the text, and that reading undoes it."""

from __future__ import annotations

import pytest
from hypothesis import given

from policycc.iam.limits import QUOTAS, policy_size, quota, text_size
from policycc.iam.model import Condition, Effect, Policy, PolicyType, Principals, Statement
from policycc.iam.reader import Reading, read_policy
from policycc.iam.writer import write_policy
from tests.support.iam_documents import identity_policies, resource_policies

POLICY = Policy(
    (
        Statement(
            Effect.DENY,
            actions=("s3:GetObject", "s3:PutObject"),
            resources=("*",),
            conditions=(
                Condition("StringEquals", "aws:b", ("x",)),
                Condition("StringEquals", "aws:a", ("y z", "\u00e9")),
                Condition("Null", "aws:c", ("true",)),
            ),
            principal=Principals(names=(("AWS", ("*",)), ("Service", ("a.amazonaws.com", "b.amazonaws.com")))),
            sid="One",
        ),
        Statement(Effect.ALLOW, not_actions=(), not_resources=("*",), not_principal=Principals(True)),
    ),
    id="i",
)

TEXT = """{
  "Version": "2012-10-17",
  "Id": "i",
  "Statement": [
    {
      "Sid": "One",
      "Effect": "Deny",
      "Principal": {
        "AWS": "*",
        "Service": [
          "a.amazonaws.com",
          "b.amazonaws.com"
        ]
      },
      "Action": [
        "s3:GetObject",
        "s3:PutObject"
      ],
      "Resource": "*",
      "Condition": {
        "StringEquals": {
          "aws:b": "x",
          "aws:a": [
            "y z",
            "\\u00e9"
          ]
        },
        "Null": {
          "aws:c": "true"
        }
      }
    },
    {
      "Effect": "Allow",
      "NotPrincipal": "*",
      "NotAction": [],
      "NotResource": "*"
    }
  ]
}
"""


def test_the_canonical_text() -> None:
    assert write_policy(POLICY) == TEXT
    assert read_policy(TEXT, PolicyType.RESOURCE).policy == POLICY
    assert write_policy(Policy((), None)) == '{\n  "Statement": []\n}\n'


@given(identity_policies())
def test_reading_undoes_writing(policy: Policy) -> None:
    reading = read_policy(write_policy(policy), PolicyType.IDENTITY)
    assert reading.errors == ()
    assert reading.policy == policy


@given(resource_policies())
def test_reading_undoes_writing_with_principals(policy: Policy) -> None:
    assert read_policy(write_policy(policy), PolicyType.RESOURCE).policy == policy


def test_what_no_document_can_hold_is_not_written() -> None:
    twice = (Condition("Null", "aws:a", ("true",)), Condition("Null", "aws:a", ("false",)))
    with pytest.raises(ValueError, match="two conditions Null on aws:a"):
        write_policy(Policy((Statement(Effect.ALLOW, ("*",), resources=("*",), conditions=twice),)))


def test_sizes_leave_out_the_space_between_tokens_only() -> None:
    assert text_size(' { "a b" :\n\t"c \\" d"\r\n } ') == len('{"a b":"c \\" d"}')
    assert text_size(' { "a b" :\n\t"c  d"\r\n } ') == len('{"a b":"c  d"}')
    assert policy_size(POLICY) == text_size(TEXT) < len(TEXT)
    assert policy_size(Policy((), None)) == len('{"Statement":[]}')


def test_quotas() -> None:
    assert quota("managed_policy_size").value == 6144
    assert len({one.name for one in QUOTAS}) == len(QUOTAS)
    assert all(0 < one.value <= one.highest for one in QUOTAS)
    with pytest.raises(KeyError):
        quota("nothing")


def test_every_character_is_written_so_that_iam_takes_it() -> None:
    statement = Statement(Effect.ALLOW, ("s3:GetObject",), resources=("arn:aws:s3:::é/日/\U0001f600/\x7f/*",))
    text = write_policy(Policy((statement,)))
    assert text.isascii()
    assert read_policy(text, PolicyType.IDENTITY) == Reading(Policy((statement,)), ())
