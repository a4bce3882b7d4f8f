"""The forms that AWS gives to names, paths and ARNs. Each answers what is wrong with a text, or None."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from policycc.diagnostics.wording import quoted


@dataclass(frozen=True, slots=True)
class Wrong:
    code: str
    message: str
    help: str


Form = Callable[[str], Wrong | None]

_NAME_GLOB = re.compile(r"[A-Za-z0-9_.:/=+@#*?-]{1,256}\Z")
_ROLE_PATH = re.compile(r"/(?:[^/*?]+/)+\Z")
_PATH = re.compile(r"/(?:[!-.0-~]+/)*\Z")
_ARN = re.compile(
    r"arn:(?P<partition>[a-z-]+):(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9*?-]*):(?P<account>[0-9*?]*):(?P<rest>[!-~]+)\Z"
)
_PRINCIPAL_ARN = re.compile(
    r"arn:(?P<partition>[a-z-]+):(?:iam|sts)::[0-9]{12}:(?:root|(?:user|role|assumed-role|federated-user)/[!-)+->@-~]+)\Z"
)
_POLICY_NAME = re.compile(r"(?:[A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,128}\Z")
_GITHUB = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+:.+\Z")
_MOST = 512
_STARS = 8
"""How many `*` a pattern may have. Comparing patterns takes time that grows with them, and no name needs so many."""


def has_placeholder(text: str) -> bool:
    """Whether something is left that was reported as no placeholder."""
    return any(character in text for character in "${}")


def name_glob(text: str) -> Wrong | None:
    """A glob for names: printable, and three literal characters first, so that it cannot fit nearly everything."""
    if not _NAME_GLOB.match(text):
        help = "letters, digits, `_.:/=+@#-` and the wildcards `*` and `?`, at most 256 characters"
        return Wrong("PCC105", f"{quoted(text)} is no name glob", help)
    if text.count("*") > _STARS:
        return _too_open(text)
    if len(text) < 3 or any(character in "*?" for character in text[:3]):
        help = "start with the application or the environment, as in `webshop-prod-*`"
        return Wrong("PCC216", f"the name glob {quoted(text)} does not start with three literal characters", help)
    return None


def _too_open(text: str) -> Wrong:
    return Wrong("PCC105", f"{quoted(text)} has more than {_STARS} wildcards `*`", "write several patterns instead")


def role_path(text: str) -> Wrong | None:
    """An IAM path below the root, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html."""
    if _ROLE_PATH.match(text) and _PATH.match(text) and len(text) <= _MOST:
        return None
    help = "start and end with `/`, and have no wildcards, as in `/webshop/prod/`"
    return Wrong("PCC217", f"{quoted(text)} is no path that roles of an environment can have to themselves", help)


def path(text: str) -> Wrong | None:
    """An IAM path, `/` included."""
    if _PATH.match(text) and len(text) <= _MOST:
        return None
    return Wrong("PCC217", f"{quoted(text)} is no IAM path", "start and end with `/`, as in `/webshop/`")


def arn_pattern(text: str, partition: str) -> Wrong | None:
    """An ARN with wildcards in its region, account and resource only."""
    found = _ARN.match(text)
    if found is None:
        help = "`arn:partition:service:region:account:resource`, wildcards in the last three only"
        return Wrong("PCC218", f"{quoted(text)} is no ARN pattern", help)
    if text.count("*") > _STARS:
        return _too_open(text)
    return _partition(text, found["partition"], partition)


def principal(text: str, partition: str) -> Wrong | None:
    """The ARN of an account's root, a user, a role or a session, without wildcards."""
    found = _PRINCIPAL_ARN.match(text)
    if found is None:
        help = "as in `arn:aws:iam::333333333333:role/pipeline`, without wildcards"
        return Wrong("PCC218", f"{quoted(text)} is no ARN of a principal", help)
    return _partition(text, found["partition"], partition)


def _partition(text: str, found: str, partition: str) -> Wrong | None:
    if found == partition:
        return None
    help = f"write `arn:{partition}:`, or set `partition`"
    return Wrong("PCC219", f"{quoted(text)} belongs to the partition {quoted(found)}", help)


def policy_name(text: str) -> Wrong | None:
    """The name of a managed policy, with its path if it has one."""
    if _POLICY_NAME.match(text):
        return None
    return Wrong("PCC105", f"{quoted(text)} is no policy name", "the name, not the ARN: letters, digits and `_+=,.@-`")


def github_subject(text: str) -> Wrong | None:
    """The part of a GitHub Actions subject after `repo:`."""
    if _GITHUB.match(text):
        return literal(text)
    help = "`owner/repository:` and `environment:…`, `ref:…` or `pull_request`"
    return Wrong("PCC105", f"{quoted(text)} is no GitHub subject", help)


def literal(text: str) -> Wrong | None:
    """A text that is compared as it is."""
    if "*" not in text and "?" not in text:
        return None
    help = "`*` and `?` have a meaning in `names`, `arns` and selectors only: write each subject out"
    return Wrong("PCC105", f"{quoted(text)} has a wildcard where it has no meaning", help)
