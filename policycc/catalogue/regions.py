"""Services that live in one Region of a partition, whatever Region the caller is in.

`aws:RequestedRegion` has that Region's name in their requests, so a condition on regions has to admit it
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-requested-region.html). Each
entry of `data/global-services.json` carries its own source.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_FILE = files("policycc.catalogue").joinpath("data", "global-services.json")


@cache
def global_services() -> Mapping[str, Mapping[str, Any]]:
    """The services by prefix, each with `regions` by partition, `confidence`, `source` and perhaps a `note`."""
    found: Mapping[str, Mapping[str, Any]] = json.loads(_FILE.read_bytes())["services"]
    return found


def global_region(service: str, partition: str) -> str | None:
    """The one Region in which the requests of a service are made in a partition; None for a regional service."""
    entry = global_services().get(service.lower())
    region: str | None = entry["regions"].get(partition) if entry else None
    return region
