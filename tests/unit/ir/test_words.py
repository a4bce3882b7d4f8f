"""Word patterns, compared with all patterns there are."""

from __future__ import annotations

import re
from itertools import combinations_with_replacement, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycc.ir.setcover import cover
from policycc.ir.words import Vocabulary, boundaries


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CreateDBCluster", ["Create", "DB", "Cluster"]),
        ("GetEC2InstanceTypes", ["Get", "EC2", "Instance", "Types"]),
        ("AssociateIpv6Cidr", ["Associate", "Ipv6", "Cidr"]),
        ("invoke", ["invoke"]),
        ("HTTPGet", ["HTTP", "Get"]),
        ("ListMFA", ["List", "MFA"]),
        ("", []),
    ],
)
def test_words_begin_at_capitals(name: str, words: list[str]) -> None:
    edges = boundaries(name)
    assert [name[start:end] for start, end in pairwise(edges)] == words


def _every_pattern(wanted: set[str]) -> set[str]:
    found = set(wanted)
    for name in wanted:
        for i, j, k, m in combinations_with_replacement(boundaries(name), 4):
            found.add(f"{name[:i]}*{name[m:]}")
            if j < k:
                found.add(f"{name[:i]}*{name[j:k]}*{name[m:]}")
    return found


def _whole_words(pattern: str, name: str) -> bool:
    """Whether the stars of a pattern can stand for whole words of a name that it matches."""
    head, *middle, tail = pattern.lower().split("*")
    text = name.lower()
    return any(
        (text[:i], text[m:]) == (head, tail) and (not middle or text[j:k] == middle[0])
        for i, j, k, m in combinations_with_replacement(boundaries(name), 4)
    )


def _matched(pattern: str, names: set[str]) -> frozenset[str]:
    regex = re.compile(re.escape(pattern).replace(r"\*", ".*"), re.IGNORECASE)
    return frozenset(name for name in names if regex.fullmatch(name))


NAMES = st.lists(
    st.sampled_from(["Get", "Put", "Host", "Hosts", "Log", "Gethost", "DB", "Ip4"]), min_size=1, max_size=4
)


@settings(max_examples=300, deadline=None)
@given(st.lists(NAMES.map("".join), min_size=1, max_size=12, unique_by=str.lower), st.data())
def test_no_list_of_word_patterns_is_shorter(drawn: list[str], data: st.DataObject) -> None:
    names = set(drawn)
    wanted = data.draw(st.sets(st.sampled_from(sorted(names)), min_size=1))
    vocabulary = Vocabulary(wanted, names)
    found = vocabulary.patterns()
    for mask, pattern in found.items():
        exact = {name for place, name in enumerate(vocabulary.wanted) if mask >> place & 1}
        assert _matched(pattern, names) == exact
    place = {name: 1 << i for i, name in enumerate(vocabulary.wanted)}
    every = [
        (sum(place[name] for name in matched), len(pattern) + 3)
        for pattern in sorted(_every_pattern(wanted))
        if (matched := _matched(pattern, names)) <= wanted
        and ("*" not in pattern or all(_whole_words(pattern, name) for name in matched))
    ]
    assert all(
        "*" not in pattern or _whole_words(pattern, name)
        for pattern in found.values()
        for name in _matched(pattern, names)
    )
    ours = [(mask, len(pattern) + 3) for mask, pattern in sorted(found.items())]
    assert cover(vocabulary.everything, ours).cost == cover(vocabulary.everything, every).cost


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"CopyImage", "ListImages"}, set()),  # `*Image*` would end within a word of the second
        ({"GetHost", "GetawayHost"}, {"*Host"}),  # `Get*` would begin within a word of the second
        ({"GetHost", "GetDisk"}, {"Get*"}),
        ({"GetHosts", "GethostsByName"}, {"GetHosts*"}),  # whatever the case: after `Gethosts` a word begins
    ],
)
def test_a_star_is_at_a_boundary_of_every_name_that_it_matches(wanted: set[str], expected: set[str]) -> None:
    found = Vocabulary(wanted, {*wanted, "Xyz"}).patterns()
    assert {pattern for mask, pattern in found.items() if mask.bit_count() > 1} == expected


def test_patterns_that_are_not_admitted_are_not_used() -> None:
    names = {"GetHost", "GetDisk", "PutDisk"}
    found = Vocabulary({"GetHost", "GetDisk"}, names, lambda pattern: pattern.startswith("GetHo")).patterns()
    assert set(found.values()) == {"GetHost", "GetDisk"}
