"""IAM as it is after a deployment to a server on this machine that stands for AWS."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

ACCOUNT = "111111111111"
KEYS = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing", "AWS_REGION": "eu-west-1"}


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The address of a moto server whose account is `ACCOUNT`, on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        env={**os.environ, "MOTO_ACCOUNT_ID": ACCOUNT},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"{address}/moto-api/data.json")
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _wait(address: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def client(address: str, service: str) -> Any:
    """A client of a service of that server."""
    import boto3  # type: ignore[import-untyped]

    return boto3.client(
        service,
        endpoint_url=address,
        region_name=KEYS["AWS_REGION"],
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
    )


def reset(address: str) -> None:
    """Forgets everything that was deployed."""
    urllib.request.urlopen(urllib.request.Request(f"{address}/moto-api/reset", method="POST"), timeout=10).close()


def deployed(iam: Any) -> dict[str, Any]:
    """What there is in the account: each role with what it is made with, and by the names of holder and policy each
    document, where `*` holds what is attached to nobody."""
    roles = {role["RoleName"]: role for role in iam.list_roles()["Roles"]}
    found: dict[str, Any] = {
        "roles": {
            name: (role["Path"], role["MaxSessionDuration"], role["AssumeRolePolicyDocument"])
            for name, role in roles.items()
        },
        "policies": {},
    }
    for policy in iam.list_policies(Scope="Local", MaxItems=1000)["Policies"]:
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        holders = iam.list_entities_for_policy(PolicyArn=policy["Arn"])
        assert not holders["PolicyUsers"]
        names = [one["GroupName"] for one in holders["PolicyGroups"]]
        names += [f"role/{one['RoleName']}" for one in holders["PolicyRoles"]]
        for name in names or ["*"]:
            found["policies"][name, policy["PolicyName"]] = version["PolicyVersion"]["Document"]
    for name in roles:
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            body = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            found["policies"][f"role/{name}", policy] = body
    for group in iam.list_groups()["Groups"]:
        for policy in iam.list_group_policies(GroupName=group["GroupName"])["PolicyNames"]:
            body = iam.get_group_policy(GroupName=group["GroupName"], PolicyName=policy)["PolicyDocument"]
            found["policies"][group["GroupName"], policy] = body
    return found
