"""A principal of two matrices is one principal to AWS."""

from __future__ import annotations

from policycc.pipeline import Result, check_documents
from policycc.source.read import read_text

MATRIX = """
version = 1
name = "{name}"
[environments.{name}-dev]
[access.people]
{name}-dev = [{actions}]
[output]
quotas = {{ managed_policies_per_group = {quota} }}
"""


def built(quota: int, blog: str, shop: str) -> Result:
    texts = [
        MATRIX.format(name=name, actions=actions, quota=quota) for name, actions in (("blog", blog), ("shop", shop))
    ]
    return check_documents([read_text(text, f"{number}.toml") for number, text in enumerate(texts)])


def test_what_both_grant_is_written_once() -> None:
    result = built(10, '"ec2:DescribeInstances"', '"ec2:DescribeInstances", "ec2:StopInstances"')
    texts = {item.path: item.content.decode() for item in result.emitted}
    assert "ec2:DescribeInstances" in texts["main/blog-people.json"]
    assert "ec2:DescribeInstances" not in texts["main/shop-people.json"]
    assert "ec2:StopInstances" in texts["main/shop-people.json"]


def test_a_matrix_that_adds_nothing_writes_nothing() -> None:
    result = built(10, '"ec2:DescribeInstances"', '"ec2:DescribeInstances"')
    assert [item.path for item in result.emitted] == ["main/blog-people.json"]


def test_the_documents_of_both_count() -> None:
    errors = [
        item for item in built(1, '"ec2:StopInstances"', '"ec2:StartInstances"').diagnostics if item.code == "PCC501"
    ]
    assert errors[0].message == "the policies of `people` take 2 documents, and a group may carry 1"
    assert [item.code for item in built(2, '"ec2:StopInstances"', '"ec2:StartInstances"').diagnostics] == []
