from __future__ import annotations

import json
from dataclasses import replace

from policycc.emit.json_target import emit_json
from policycc.iam.model import Condition
from policycc.ir.outcome import Document
from policycc.ir.statement import Statement
from tests.support import outputs


def test_nothing_gives_no_file() -> None:
    assert emit_json([]) == ()


def test_a_document_is_valid_iam_and_nothing_else() -> None:
    (item,) = emit_json([outputs.document("ec2:StopInstances", "ec2:StartInstances")])
    assert item.path == "main/webshop-developers.json"
    assert (
        item.content.decode()
        == """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "ec2:StartInstances",
        "ec2:StopInstances"
      ],
      "Resource": "arn:aws:ec2:*:*:instance/*",
      "Condition": {
        "StringEquals": {
          "aws:ResourceTag/env": "dev"
        }
      }
    }
  ]
}
"""
    )


def test_size_leaves_out_the_white_space_between_tokens_only() -> None:
    conditions = (Condition("StringEquals", "aws:ResourceTag/env", ("pre production",)),)
    statement = Statement(("ec2:StopInstances",), ("*",), conditions)
    (item,) = emit_json([Document(outputs.DEVELOPERS, "webshop-developers", "managed", (statement,), 6144)])
    compact = json.dumps(json.loads(item.content), separators=(",", ":"))
    assert item.size == len(compact)
    assert "pre production" in compact


def test_conditions_of_one_operator_share_an_object() -> None:
    conditions = (
        Condition("StringEquals", "aws:ResourceTag/app", ("webshop",)),
        Condition("StringEquals", "aws:ResourceTag/env", ("test", "dev")),
    )
    statement = replace(outputs.statement("ec2:StopInstances"), conditions=conditions)
    (item,) = emit_json([Document(outputs.DEVELOPERS, "webshop-developers", "managed", (statement,), 6144)])
    assert json.loads(item.content)["Statement"][0]["Condition"] == {
        "StringEquals": {"aws:ResourceTag/app": "webshop", "aws:ResourceTag/env": ["dev", "test"]}
    }


def test_trust_policies_have_a_folder_of_their_own() -> None:
    (item,) = emit_json([], [outputs.trust()])
    assert (item.path, item.kind, item.quota) == ("main/trust/deploy-dev.json", "trust", 2048)
    assert json.loads(item.content) == outputs.trust().body


def test_files_come_sorted_by_path() -> None:
    documents = [outputs.document("ec2:StopInstances", index=index) for index in (3, 1, 2)]
    assert [item.path for item in emit_json(documents)] == [
        "main/webshop-developers-2.json",
        "main/webshop-developers-3.json",
        "main/webshop-developers.json",
    ]
