"""How a row is cut: the fewest documents, nothing lost, and places that stay liked when something comes between."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from policycc.iam.model import Condition
from policycc.ir.cost import document_size
from policycc.ir.statement import Statement
from policycc.plan.cuts import Row, _parting

TEXTS = st.text(st.sampled_from("ec2:DsI\nü"), max_size=8)
TAG = Condition("StringEquals", "aws:ResourceTag/env", ("dev",))
CREATE = Condition("StringEquals", "ec2:CreateAction", ("RunInstances",))
ARNS = tuple(f"arn:aws:ec2:*:*:{kind}/*" for kind in ("image", "instance", "volume"))


def possible(action: str, resource: str) -> bool:
    return (len(action) + len(resource)) % 3 > 0


@st.composite
def rows(draw: st.DrawFn) -> list[Statement]:
    found = []
    for conditions in ((), (TAG,), (TAG, CREATE)):
        names = draw(st.sets(st.integers(0, 60), max_size=40))
        if names:
            actions = tuple(sorted(f"ec2:Describe{'Thing' * (name % 3)}{name:02}" for name in names))
            resources = tuple(sorted(draw(st.sets(st.sampled_from(ARNS), min_size=1))))
            found.append(Statement(actions, resources, conditions))
    return found


def grants(documents: list[tuple[Statement, ...]]) -> list[tuple[str, tuple[Condition, ...]]]:
    return sorted((a, s.conditions) for document in documents for s in document for a in s.actions)


@settings(max_examples=200, deadline=None)
@given(row=rows(), limit=st.integers(500, 1500))
def test_no_action_is_lost_or_written_twice_and_every_document_fits(row: list[Statement], limit: int) -> None:
    documents = Row(row, possible).documents(limit)
    assert grants(documents) == sorted((a, s.conditions) for s in row for a in s.actions)
    assert all(document_size(document) <= limit for document in documents)
    assert documents == Row(row[::-1], possible).documents(limit)


@settings(max_examples=100, deadline=None)
@given(row=rows(), limit=st.integers(500, 1500))
def test_no_cuts_of_the_row_take_fewer_documents(row: list[Statement], limit: int) -> None:
    cutter = Row(row, possible)
    count = len(cutter._pieces)
    fewest = [0] + [count + 1] * count
    for end in range(1, count + 1):
        fewest[end] = min(
            fewest[start] + 1 for start in range(end) if cutter._size(range(start, end)) <= limit or end - start == 1
        )
    assert len(cutter.documents(limit)) == fewest[count]


@settings(max_examples=100, deadline=None)
@given(row=rows())
def test_two_documents_have_the_fewest_characters(row: list[Statement]) -> None:
    limit = max(document_size(row) * 2 // 3, 500)
    cutter = Row(row, possible)
    documents = cutter.documents(limit)
    if len(documents) == 2:
        count = len(cutter._pieces)
        cuts = [(cutter._size(range(cut)), cutter._size(range(cut, count))) for cut in range(1, count)]
        assert sum(map(document_size, documents)) == min(sum(both) for both in cuts if max(both) <= limit)


@settings(max_examples=500)
@given(texts=st.sets(TEXTS, min_size=3, max_size=6))
def test_a_text_between_two_leaves_the_best_liked_place_between_them_where_it_was(texts: set[str]) -> None:
    first, *between, last = sorted(texts)
    whole = _parting(first, last)
    assert whole == min(_parting(*pair) for pair in pairwise([first, *between, last]))


def test_a_far_character_is_no_long_way() -> None:
    assert _parting("a", "a\U0010ffff")[0] == 1
    assert _parting("a\U0001f600", "a\U0010ffff") == (1, 0)
