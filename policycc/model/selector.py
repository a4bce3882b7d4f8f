"""The shape of selectors. What they stand for is the catalogue's business."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"!?(?:[a-z][a-z0-9-]*|[A-Za-z0-9*?-]+:(?:@[A-Za-z]+|[A-Za-z0-9*?]+))\Z")


def fault(text: str) -> tuple[str, str | None] | None:
    """Why a text can be no selector, and what to write instead; None where it has the shape of one."""
    if _SHAPE.match(text):
        return None
    body = text.removeprefix("!")
    if body == "*":
        return "it names no service", "for every action of each of `services` write `*:@all`"
    if body.startswith("@"):
        return "it names no service", f"write `*:{body}` for each of `services`, or a service before the colon"
    if body != body.strip() or any(character.isspace() for character in body):
        return "it holds white space", "each selector is a string of its own in the list"
    service, colon, name = body.partition(":")
    if not colon:
        return "it is neither `service:Action` nor the name of a capability", "as in `ec2:StartInstances`"
    if not name:
        return "the action is missing", f"as in `{service}:@read`" if service else "as in `ec2:StartInstances`"
    if not service:
        return "the service is missing", "as in `ec2:StartInstances`"
    if name.startswith("*@"):
        return "an access level takes no glob", f"write `{service}:{name[1:]}`"
    return "services and actions have letters and digits only", "as in `ec2:StartInstances` or `ec2:Describe*`"
