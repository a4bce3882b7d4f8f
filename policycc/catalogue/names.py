"""What the name of an action suggests. A name never licenses anything: it only marks what somebody has to look at,
and what is left out until somebody has."""

from __future__ import annotations

import re

_STEM = "copy|clone|restore|duplicate|replica|export|re-?encrypt|snapshot|backup|migrat"
_COPIES = re.compile(r"^(batch)?(copy|clone|restore|duplicate|replicate|export|reencrypt|backup|migrate|import)", re.I)
_MAKES_COPY = re.compile(rf"^(batchcreate|create|start|put|request|add)\w*({_STEM})", re.I)
_TAG = re.compile(r"^tag|Tag(s|ging)?([A-Z]|$)")
_CREATE = re.compile(r"^(create|run|launch|allocate|register|provision|put|start|submit)", re.I)


def copies(name: str) -> bool:
    """Whether the action seems to read one resource and write its content to another."""
    return bool(_COPIES.match(name) or _MAKES_COPY.match(name))


def writes_tags(name: str) -> bool:
    """Whether the action seems to be about tags."""
    return _TAG.search(name) is not None


def creates(name: str) -> bool:
    """Whether the action seems to make something."""
    return _CREATE.match(name) is not None
