"""Logical ids are as many as the things that have them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policycc.emit.logical import Thing, digest, logical_ids

SET = ("", "Assignment")
GROUP = ("GroupId",)
ACCOUNT = ("AccountId",)
NAMES = st.text("a1-._", min_size=1, max_size=5).map(lambda text: f"x{text}")
TAILS = st.sampled_from(["", "-assignment", "-group-id", "-account-id", "assignment", f"-{digest('xa')}"])


def test_a_name_alone_is_plain() -> None:
    things = [Thing("ops-dev", SET), Thing("ops", GROUP), Thing("main", ACCOUNT)]
    assert [logical_ids(things, ())[thing] for thing in things] == [
        ("OpsDev", "OpsDevAssignment"),
        ("OpsGroupId",),
        ("MainAccountId",),
    ]


def test_names_that_are_alike_have_digests_both() -> None:
    found = logical_ids([Thing("ops-2a", GROUP), Thing("ops2a", GROUP), Thing("qa", GROUP)], ())
    assert sorted(found.values()) == [("Ops2a3446f2c9GroupId",), ("Ops2adb37ad4eGroupId",), ("QaGroupId",)]


def test_a_reserved_id_is_nobodys() -> None:
    assert logical_ids([Thing("instance-arn", SET)], ("InstanceArn",))[Thing("instance-arn", SET)][0] != "InstanceArn"


def test_a_name_with_the_digest_of_another() -> None:
    names = ["ops-2a", "ops2a", f"ops2a{digest('ops2a')}"]
    assert len(set(logical_ids([Thing(name, GROUP) for name in names], ()).values())) == 3


@given(st.sets(st.builds(Thing, st.builds(str.__add__, NAMES, TAILS), st.sampled_from([SET, GROUP, ACCOUNT]))))
def test_every_id_is_one_thing_s(things: set[Thing]) -> None:
    found = [one for ids in logical_ids(things, ("InstanceArn",)).values() for one in ids]
    assert len(found) == len({"InstanceArn", *found}) - 1
    assert all(one.isalnum() for one in found)
