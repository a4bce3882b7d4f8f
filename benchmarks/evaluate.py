"""How many requests a second the evaluator decides, beside @cloud-copilot/iam-simulate on the same requests.

Run it as `python benchmarks/evaluate.py [NODE_MODULES]`; NODE_MODULES is a folder with that npm package, by default the
one of the differential tests. Both sides hold the policies of one principal, some with hundreds of statements, loaded
once; a request is made from plain values each time. The two must agree on how many requests are allowed.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

from policycc.iam.evaluate import Evaluator, Policies
from policycc.iam.model import Policy, PolicyType
from policycc.iam.reader import read_policy_value
from policycc.iam.request import make_request

ACCOUNT = "111111111111"
ACTIONS = {
    "ec2": ("StartInstances", "StopInstances", "TerminateInstances", "DescribeInstances", "RunInstances"),
    "s3": ("GetObject", "PutObject", "DeleteObject", "ListBucket"),
    "sqs": ("SendMessage", "ReceiveMessage", "DeleteMessage"),
    "rds": ("RebootDBInstance", "StopDBInstance", "CreateDBSnapshot"),
}
ENVIRONMENTS = ("dev", "test", "prod")
SECONDS = 1.0
RUNS = 3


def main(node_modules: Path) -> None:
    for statements in (3, 100, 300):
        chance = random.Random(statements)
        policies = _policies(chance, statements)
        requests = [_request(chance, number) for number in range(1000)]
        rates = [_ours(policies, requests) for _ in range(RUNS)]
        theirs = [_theirs(node_modules, policies, requests) for _ in range(RUNS)]
        ours = statistics.median(rate for rate, _ in rates)
        unvalidated = statistics.median(run["unvalidated"] for run in theirs)
        loaded_once = statistics.median(run["loadedOnce"] for run in theirs)
        if rates[0][1] != theirs[0]["allowed"] or not theirs[0]["same"]:
            raise SystemExit(f"the two disagree: {rates[0][1]} and {theirs[0]['allowed']} allowed")
        print(
            f"{statements:4} statements: policycc {ours:9,.0f}/s, iam-simulate unvalidated {unvalidated:9,.0f}/s "
            f"({ours / unvalidated:6.1f} times), its engine with policies loaded once {loaded_once:9,.0f}/s "
            f"({ours / loaded_once:5.1f} times); {rates[0][1]} of {len(requests)} allowed"
        )


def _policies(chance: random.Random, statements: int) -> list[dict[str, Any]]:
    """Documents of up to 30 statements: the kinds that this compiler writes, and a few Denys."""
    found = [_statement(chance, number) for number in range(statements)]
    return [{"Version": "2012-10-17", "Statement": found[start : start + 30]} for start in range(0, statements, 30)]


def _statement(chance: random.Random, number: int) -> dict[str, Any]:
    service = chance.choice(sorted(ACTIONS))
    actions = [f"{service}:{name}" for name in chance.sample(ACTIONS[service], 2)]
    environment = chance.choice(ENVIRONMENTS)
    if service == "s3":
        bucket = f"arn:aws:s3:::shop-{environment}-{number}"
        return {"Effect": "Allow", "Action": actions, "Resource": [bucket, f"{bucket}/*"]}
    resource = f"arn:aws:{service}:*:{ACCOUNT}:*"
    if chance.random() < 0.1:
        condition = {"StringLike": {"aws:ResourceTag/env": f"{environment}-*"}}
        return {"Effect": "Deny", "Action": f"{service}:*", "Resource": "*", "Condition": condition}
    tags = {"aws:ResourceTag/env": environment, "aws:ResourceTag/app": f"app{number}"}
    return {"Effect": "Allow", "Action": actions, "Resource": resource, "Condition": {"StringEquals": tags}}


def _request(chance: random.Random, number: int) -> dict[str, Any]:
    service = chance.choice(sorted(ACTIONS))
    environment = chance.choice(ENVIRONMENTS)
    resource = f"arn:aws:{service}:eu-west-1:{ACCOUNT}:thing/i-{number:08x}"
    if service == "s3":
        resource = f"arn:aws:s3:::shop-{environment}-{chance.randrange(300)}/key-{number}"
    return {
        "principal": f"arn:aws:iam::{ACCOUNT}:user/alice",
        "action": f"{service}:{chance.choice(ACTIONS[service])}",
        "resource": resource,
        "context": {
            "aws:ResourceTag/env": environment,
            "aws:ResourceTag/app": f"app{chance.randrange(300)}",
            "aws:RequestedRegion": "eu-west-1",
        },
    }


def _ours(policies: list[dict[str, Any]], requests: list[dict[str, Any]]) -> tuple[float, int]:
    evaluator = Evaluator(Policies(identity=tuple(map(_read, policies))))

    def decide(request: dict[str, Any]) -> bool:
        made = make_request(request["principal"], request["action"], request["resource"], request["context"])
        return evaluator.decide(made).is_allowed

    allowed = sum(map(decide, requests))
    started, done = time.perf_counter(), 0
    while time.perf_counter() - started < SECONDS:
        for request in requests:
            decide(request)
        done += len(requests)
    return done / (time.perf_counter() - started), allowed


def _read(value: dict[str, Any]) -> Policy:
    policy = read_policy_value(value, PolicyType.IDENTITY).policy
    assert policy is not None
    return policy


def _theirs(node_modules: Path, policies: list[dict[str, Any]], requests: list[dict[str, Any]]) -> Any:
    workload = json.dumps({"policies": policies, "requests": requests, "seconds": SECONDS})
    command = ["node", str(Path(__file__).with_name("evaluate.mjs")), str(node_modules)]
    done = subprocess.run(command, input=workload, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def _node_modules() -> Path:
    """The folder that the command line names."""
    default = Path(__file__).parents[1] / "tests" / "differential" / "oracle" / "node_modules"
    parser = argparse.ArgumentParser(description="Compare the evaluator with @cloud-copilot/iam-simulate.")
    parser.add_argument("node_modules", type=Path, nargs="?", default=default, help="a folder with that npm package")
    found: Path = parser.parse_args().node_modules.resolve()
    if not (found / "@cloud-copilot" / "iam-simulate").is_dir():
        parser.error(f"{found} has no @cloud-copilot/iam-simulate")
    if shutil.which("node") is None:
        parser.error("Node.js is needed, and there is no `node`")
    return found


if __name__ == "__main__":
    main(_node_modules())
