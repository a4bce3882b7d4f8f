"""Condition keys in one form: lower case, with `*` where AWS's tables have a placeholder.

`aws:ResourceTag/${TagKey}`, `s3:ExistingObjectTag/<key>` and `ssm:resourceTag/tag-key` are three ways in which the
Service Authorization Reference says "and here stands the tag's key". IAM compares key names without regard to case
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html).
"""

from __future__ import annotations

import re
from collections.abc import Set

RESOURCE_TAG = "aws:resourcetag/*"
REQUEST_TAG = "aws:requesttag/*"
TAG_KEYS = "aws:tagkeys"

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}|<[^>]*>|(?<=/)tag-key$")


def fold(key: str) -> str:
    """The one form of a key as a catalogue writes it."""
    return _PLACEHOLDER.sub("*", key).lower()


def supplies(keys: Set[str], key: str) -> bool:
    """Whether `key`, as a policy writes it (`aws:ResourceTag/env`), is one of the folded `keys`."""
    name = key.lower()
    if name in keys:
        return True
    head, slash, _ = name.partition("/")
    if slash and f"{head}/*" in keys:
        return True
    return any("*" in known and _covers(known, name) for known in keys)


def _covers(pattern: str, name: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".+"), name) is not None
