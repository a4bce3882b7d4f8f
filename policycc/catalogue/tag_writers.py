"""Which actions can write or remove tags, computed from the catalogue's own keys and corrected by the overlay.

A list by hand would miss most of them: services say TagQueue, AddTags, PutBucketTagging, BatchPut…, and many updates
carry tags besides (https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html, columns "Access
level" and "Condition keys").
"""

from __future__ import annotations

import re
from collections.abc import Set

from policycc.catalogue.facts import ActionKind, TagWriter
from policycc.catalogue.keys import REQUEST_TAG, TAG_KEYS
from policycc.catalogue.overlay_data import Entry
from policycc.catalogue.types import Action, Level

_REMOVES = re.compile(r"^(batch)?(un|remove|delete|clear)", re.IGNORECASE)
_NEW_ONLY = frozenset({ActionKind.CREATE, ActionKind.DERIVE})


def tag_writer(
    action: Action, kind: ActionKind, supplied: Set[str], tests_tags: bool, entry: Entry | None
) -> TagWriter | None:
    """How `action` writes tags, or None if it does not.

    `supplied` are the folded keys of the action and all its rows. `tests_tags` says that each of its resource types,
    and there is one, supplies the tags that the resource bears. `entry` is the overlay's correction.
    """
    if entry is not None:
        if entry["kind"] == "none":
            return None
        return TagWriter(entry["kind"], entry.get("refused") or _refused(entry["kind"], supplied, tests_tags))
    found = _kind(action, kind, supplied)
    return None if found is None else TagWriter(found, _refused(found, supplied, tests_tags))


def is_tagging(action: Action) -> bool:
    """Whether AWS labels the action as one that does nothing but write tags."""
    return action.level is Level.TAGGING


def removes(name: str) -> bool:
    """Whether the name of a tagging action says that it takes tags away."""
    return _REMOVES.match(name) is not None


def _kind(action: Action, kind: ActionKind, supplied: Set[str]) -> str | None:
    if kind is ActionKind.TAG:
        return "tag"
    if kind is ActionKind.UNTAG:
        return "untag"
    carries = REQUEST_TAG in supplied or TAG_KEYS in supplied
    if kind in _NEW_ONLY or action.level <= Level.READ or not carries:
        return None
    return "both" if kind is ActionKind.UPDATE_WITH_TAGS else "tag"


def _refused(kind: str, supplied: Set[str], tests_tags: bool) -> str | None:
    """Why the boundary tags cannot be kept from this action, or None."""
    if kind == "indirect":
        return None
    missing = []
    if not tests_tags:
        missing.append("the tags that the resource bears (aws:ResourceTag)")
    if TAG_KEYS not in supplied:
        missing.append("the keys that it writes or removes (aws:TagKeys)")
    if kind != "untag" and REQUEST_TAG not in supplied:
        missing.append("the tags of the request (aws:RequestTag)")
    if not missing:
        return None
    return f"IAM does not see {' nor '.join(missing)}"
