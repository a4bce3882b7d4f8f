"""How far statements can be merged without changing what they mean.

    python benchmarks/merge.py [--peers]

One statement per action, resource type and environment, as tags hold them: everything in dev, lists, reads and a few
verbs in test, lists and reads in prod, for one service at a time. `--peers` also gives the same statements to CDK's
`minimizePolicies` (aws-cdk-lib, installed into `benchmarks/.peers` on first use). Patterns of actions are left aside.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from pathlib import Path
from typing import Any

from policycc.catalogue.catalogue import Catalogue, load
from policycc.catalogue.holding_facts import facts
from policycc.catalogue.language import render
from policycc.catalogue.types import Action, Level
from policycc.iam.model import Condition
from policycc.ir.cost import document_size
from policycc.ir.statement import Statement
from policycc.model.matrix import Matrix, Output
from policycc.passes.driver import minimise
from policycc.passes.knowledge import context_for
from policycc.plan.packing import pack
from policycc.plan.quotas import Quotas

PEERS = Path(__file__).parent / ".peers"
SERVICES = ("ec2", "rds", "elasticloadbalancing", "lambda", "sagemaker")
VERBS = ("Start", "Stop", "Reboot", "Attach", "Detach")

CDK = """
const { App, Stack } = require('aws-cdk-lib');
const { PolicyDocument, PolicyStatement } = require('aws-cdk-lib/aws-iam');
const input = JSON.parse(require('fs').readFileSync(0));
const stack = new Stack(new App(), 'S');
const started = process.hrtime.bigint();
const document = new PolicyDocument({ minimize: true, statements: input.map((s) => PolicyStatement.fromJson(s)) });
const found = stack.resolve(document).Statement;
const list = (value) => [value].flat();
const each = (condition) => Object.fromEntries(Object.entries(condition).map(([operator, keys]) => [operator,
  Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, list(values)]))]));
const shape = (s) => ({ Effect: s.Effect, Action: list(s.Action), Resource: list(s.Resource),
  ...(s.Condition ? { Condition: each(s.Condition) } : {}) });
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
console.log(JSON.stringify({ statements: found.map(shape), seconds }));
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true")
    peers = parser.parse_args().peers
    if peers:
        install()
    catalogue = load()
    print("| service | statements | bytes | by | statements | bytes | documents | seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for service in SERVICES:
        given = statements(catalogue, service)
        start = f"| {service} | {len(given)} | {document_size(given)}"
        context = context_for(
            catalogue, Matrix("m", "aws", None, (), (), (), (), (), output=Output(wildcards="never")), "g"
        )
        began = time.perf_counter()
        found = minimise(given, context)
        seconds = time.perf_counter() - began
        documents = len(pack(found, "group", Quotas.of(), context.possible).documents)
        print(f"{start} | policycc | {len(found)} | {document_size(found)} | {documents} | {seconds:.2f} |")
        if peers:
            body = cdk(given)
            size = len(json.dumps({"Version": "2012-10-17", "Statement": body["statements"]}, separators=(",", ":")))
            print(f"{start} | CDK | {len(body['statements'])} | {size} | | {body['seconds']:.2f} |")


def install() -> None:
    """CDK, if it is not there yet."""
    if not (PEERS / "node_modules" / "aws-cdk-lib").exists():
        npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(PEERS)]
        subprocess.run([*npm, "aws-cdk-lib", "constructs"], check=True)


def statements(catalogue: Catalogue, service: str) -> list[Statement]:
    """One statement per action, type and environment."""
    grants = {
        "dev": lambda action: True,
        "test": lambda action: action.level <= Level.READ or action.name.startswith(VERBS),
        "prod": lambda action: action.level <= Level.READ,
    }
    return [
        statement
        for environment, wanted in grants.items()
        for action in catalogue.service(service).actions()
        if wanted(action)
        for statement in _held(catalogue, action, environment)
    ]


def _held(catalogue: Catalogue, action: Action, environment: str) -> list[Statement]:
    rows = facts(catalogue, action.id).rows
    if not rows:
        return [Statement((action.id,), ("*",))]
    app = Condition("StringEquals", "aws:ResourceTag/app", ("webshop",))
    tag = Condition("StringEquals", "aws:ResourceTag/env", (environment,))
    return [Statement((action.id,), (render(row.arn, "aws", None),), (app, tag)) for row in rows]


def cdk(given: list[Statement]) -> dict[str, Any]:
    """What `minimizePolicies` makes of statements, and how many seconds it takes."""
    body = [
        {
            "Effect": "Allow",
            "Action": list(statement.actions),
            "Resource": list(statement.resources),
            **({"Condition": _conditions(statement)} if statement.conditions else {}),
        }
        for statement in given
    ]
    ended = subprocess.run(
        ["node", "-e", CDK], cwd=PEERS, input=json.dumps(body), capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def _conditions(statement: Statement) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for condition in statement.conditions:
        found.setdefault(condition.operator, {})[condition.key] = list(condition.values)
    return found


if __name__ == "__main__":
    main()
