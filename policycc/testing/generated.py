"""A Hypothesis strategy for small matrices that the front end takes."""

from __future__ import annotations

import json

from hypothesis import strategies as st

ACTIONS = (
    "ec2:StartInstances",
    "ec2:StopInstances",
    "ec2:DescribeInstances",
    "ec2:CreateVolume",
    "rds:RebootDBInstance",
    "sqs:SendMessage",
    "s3:GetBucketLocation",
    "dynamodb:GetItem",
)
_NAMES = ("dev", "test", "prod")
_GROUPS = ("developers", "operators")


@st.composite
def matrices(draw: st.DrawFn) -> str:
    """The text of a matrix in TOML: one to three environments in one account, one or two groups, a few actions."""
    environments = _NAMES[: draw(st.integers(1, len(_NAMES)))]
    lines = ["version = 1", 'name = "app"', '[environments."*"]']
    if draw(st.booleans()):
        lines.append('tags = { env = "{environment}", app = "{name}" }')
    if draw(st.booleans()):
        lines.append('names = ["{name}-{environment}-*"]')
    lines += [f"[environments.{name}]" for name in environments]
    for group in _GROUPS[: draw(st.integers(1, len(_GROUPS)))]:
        lines.append(f"[access.{group}]")
        columns = draw(st.lists(st.sampled_from(environments), min_size=1, unique=True))
        for column in sorted(columns):
            actions = draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=4, unique=True))
            lines.append(f"{column} = {json.dumps(sorted(actions))}")
    return "\n".join(lines) + "\n"
