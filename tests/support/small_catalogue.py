"""A made-up catalogue that is small enough to ask every question there is."""

from __future__ import annotations

from policycc.model.matrix import Wildcards
from policycc.passes.context import Context, Facts

DISK = "arn:${Partition}:app:${Region}:${Account}:disk/${Name}"
HOST = "arn:${Partition}:app:${Region}:${Account}:host/${Name}"
IMAGE = "arn:${Partition}:app:${Region}::image/${Name}"

ACTIONS: dict[str, tuple[str, ...]] = {
    "app:AttachDisk": (DISK, HOST),
    "app:CreateDisk": (DISK,),
    "app:DeleteDisk": (DISK,),
    "app:DeleteHost": (HOST,),
    "app:DescribeDiskUsage": (),
    "app:DescribeDisks": (),
    "app:DescribeHosts": (),
    "app:GetHostLog": (HOST,),
    "app:RunHost": (HOST, IMAGE),
    "app:StartHost": (HOST,),
    "app:StopHost": (HOST,),
    "app:TagResource": (DISK, HOST, IMAGE),
}
GUARDED = frozenset({"app:TagResource"})


def small_context(wildcards: Wildcards = "never", written: dict[str, tuple[str, ...]] | None = None) -> Context:
    names = {name.lower(): name for name in ACTIONS}

    def facts(action: str) -> Facts | None:
        name = names.get(action.lower())
        return None if name is None else Facts(name, ACTIONS[name], name in GUARDED)

    return Context(
        facts, lambda service: tuple(ACTIONS) if service.lower() == "app" else (), "aws", wildcards, written or {}
    )
