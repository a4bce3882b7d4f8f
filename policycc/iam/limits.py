"""AWS's quotas for policies, as one dated table, and the size of a document as AWS counts it.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html,
https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from policycc.iam.model import Policy
from policycc.iam.writer import policy_value

AS_OF = "2026-11-23"
"""When the table was last held against its sources."""


@dataclass(frozen=True, slots=True)
class Quota:
    """`value` is what an account has by default, `highest` what AWS grants on request; equal where it cannot change.

    `confirmed` says that AWS's own text names the value; otherwise several independent accounts of it agree."""

    name: str
    value: int
    highest: int
    what: str
    confirmed: bool


QUOTAS: tuple[Quota, ...] = (
    Quota("managed_policy_size", 6144, 6144, "characters of a managed policy, white space not counted", True),
    Quota("inline_policy_size_per_user", 2048, 2048, "characters of all inline policies of a user", False),
    Quota("inline_policy_size_per_role", 10240, 10240, "characters of all inline policies of a role", False),
    Quota("inline_policy_size_per_group", 5120, 5120, "characters of all inline policies of a group", False),
    Quota("managed_policies_per_group", 10, 10, "managed policies attached to a group", True),
    Quota("managed_policies_per_user", 10, 20, "managed policies attached to a user", True),
    Quota("managed_policies_per_role", 10, 25, "managed policies attached to a role", False),
    Quota("groups_per_user", 10, 10, "groups that a user is in", True),
    Quota("groups_per_account", 300, 500, "groups of an account", True),
    Quota("roles_per_account", 1000, 10000, "roles of an account", False),
    Quota("managed_policies_per_account", 1500, 10000, "customer managed policies of an account", False),
    Quota("trust_policy_size", 2048, 8192, "characters of a role's trust policy", False),
    Quota("policy_versions", 5, 5, "versions of a managed policy", True),
    Quota("session_policy_size", 2048, 2048, "characters of the session policies of a session", True),
    Quota("scp_size", 10240, 10240, "characters of a service control policy, white space counted", False),
    Quota("scps_per_node", 10, 10, "service control policies attached to a root, unit or account", False),
    Quota("rcp_size", 5120, 5120, "characters of a resource control policy, white space counted", True),
    Quota("rcps_per_node", 5, 5, "resource control policies attached to a root, unit or account", False),
    Quota("permission_sets", 3500, 3500, "permission sets of an Identity Center instance", True),
    Quota("permission_sets_per_account", 500, 500, "permission sets provisioned in an account", True),
    Quota(
        "inline_policy_size_per_permission_set", 10240, 10240, "characters of a permission set's inline policy", True
    ),
    # Identity Center attaches up to 20, but makes a role of it, so without a raised quota for roles it is 10.
    Quota("managed_policies_per_permission_set", 10, 20, "managed policies of a permission set", True),
    Quota("policy_name_length", 128, 128, "characters of a policy's name", True),
    Quota("role_name_length", 64, 64, "characters of a role's name", True),
    Quota("group_name_length", 128, 128, "characters of a group's name", True),
    Quota("path_length", 512, 512, "characters of a path", True),
    Quota("cloudformation_resources", 500, 500, "resources of a CloudFormation template", True),
    # From a file in S3; in the call itself it is 51,200.
    Quota("cloudformation_template_size", 1_000_000, 1_000_000, "bytes of a CloudFormation template", True),
    Quota("tag_key_length", 128, 128, "characters of a tag key", True),
    Quota("tag_value_length", 256, 256, "characters of a tag value", True),
)

_BY_NAME = {quota.name: quota for quota in QUOTAS}


def quota(name: str) -> Quota:
    """The quota of that name. KeyError for one that the table does not have."""
    return _BY_NAME[name]


def policy_size(policy: Policy) -> int:
    """The size of a policy in its canonical form, as `text_size` counts it."""
    return text_size(json.dumps(policy_value(policy), separators=(",", ":")))


def text_size(text: str) -> int:
    """The characters of a document's text without the white space between its tokens.

    AWS says that white space does not count, and not whether that holds inside texts: counting it there is the side on
    which a document still fits."""
    # Without escapes, every second quotation mark ends a text.
    outside = _STRING.sub("", text) if "\\" in text else "".join(text.split('"')[::2])
    return len(text) - sum(map(outside.count, " \t\r\n"))


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
