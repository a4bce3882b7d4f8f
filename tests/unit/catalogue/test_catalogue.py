"""The catalogue as it is read from the data."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from policycc.catalogue.catalogue import Catalogue, access_level, load
from policycc.catalogue.datafiles import CatalogueError, DataFiles
from policycc.catalogue.keys import fold, supplies
from policycc.catalogue.types import Level


def test_it_is_read_once() -> None:
    assert load() is load()


def test_services_in_any_case() -> None:
    catalogue = load()
    assert catalogue.has_service("EC2")
    assert not catalogue.has_service("ec3")
    assert catalogue.service("EC2") is catalogue.service("ec2")
    assert "ec2" in catalogue.services()
    assert catalogue.title("sqs") == "Amazon SQS"
    with pytest.raises(KeyError):
        catalogue.service("ec3")


def test_actions_in_any_case() -> None:
    action = load().action("Ec2:rUNiNSTANCES")
    assert action is not None
    assert action.id == "ec2:RunInstances"
    assert action.level is Level.WRITE
    assert load().action("ec2:Nothing") is None
    assert load().action("nothing:Nothing") is None
    assert load().action("RunInstances") is None


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("List", Level.LIST),
        ("Tagging, Write", Level.TAGGING),
        ("Permissions management, Write", Level.PERMISSIONS),
        ("Write, Read", Level.WRITE),
        ("Unheard of", Level.PERMISSIONS),
    ],
)
def test_the_most_severe_level_counts(text: str, level: Level) -> None:
    assert access_level(text) is level


@pytest.mark.parametrize(
    ("key", "folded"),
    [
        ("aws:ResourceTag/${TagKey}", "aws:resourcetag/*"),
        ("s3:ExistingObjectTag/<key>", "s3:existingobjecttag/*"),
        ("ssm:resourceTag/tag-key", "ssm:resourcetag/*"),
        ("kms:EncryptionContext:${EncryptionContextKey}", "kms:encryptioncontext:*"),
        ("ec2:Vpc", "ec2:vpc"),
    ],
)
def test_keys_have_one_form(key: str, folded: str) -> None:
    assert fold(key) == folded


def test_supplied_keys_are_found_as_policies_write_them() -> None:
    keys = frozenset({"aws:resourcetag/*", "ec2:vpc", "kms:encryptioncontext:*"})
    assert supplies(keys, "aws:ResourceTag/env")
    assert supplies(keys, "AWS:RESOURCETAG/ENV")
    assert supplies(keys, "ec2:Vpc")
    assert supplies(keys, "kms:EncryptionContext:Department")
    assert not supplies(keys, "aws:RequestTag/env")
    assert not supplies(keys, "ec2:VpcID")


def test_a_type_that_stands_twice_in_a_table_is_one_row() -> None:
    action = load().action("ec2-instance-connect:OpenTunnel")
    assert action is not None
    assert [row.type for row in action.rows] == ["instance-connect-endpoint"]


def test_every_action_can_be_read() -> None:
    catalogue = load()
    total = 0
    for service in catalogue.services():
        types = {found.name for found in catalogue.service(service).types()}
        for action in catalogue.service(service).actions():
            total += 1
            assert {row.type for row in action.rows} <= types
    assert total > 20_000


def test_the_digest_is_the_same_with_and_without_the_record_of_the_wheel(tmp_path: Path) -> None:
    root = tmp_path / "data"
    shutil.copytree(load().files.root, root)
    copy = Catalogue(DataFiles(root))
    assert copy.version == load().version
    assert copy.digest == load().digest
    (root / "actions" / "sqs.json").write_text("{}", encoding="utf-8")
    assert Catalogue(DataFiles(root)).digest != load().digest


def test_data_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="cannot read"):
        Catalogue(DataFiles(tmp_path))


def test_nothing_is_read_before_it_is_needed() -> None:
    catalogue = Catalogue()
    assert catalogue._services == {}
    catalogue.action("sqs:SendMessage")
    assert list(catalogue._services) == ["sqs"]
