"""Measures the proof of trust policies and role chains: people of an identity account in six others.

python benchmarks/delegated.py [--groups N]
"""

from __future__ import annotations

import argparse
import time
from unittest import mock

import policycc
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.model.load import load_documents
from policycc.source.read import read_text
from policycc.verify import engine, verify

ACCOUNTS = 6


def matrix(groups: int) -> str:
    """Groups that hold one action in each of the accounts, with MFA."""
    accounts = "".join(
        f'[accounts.a{number}]\nid = "{100_000_000_000 + number}"\n[environments.e{number}]\naccount = "a{number}"\n'
        for number in range(ACCOUNTS)
    )
    rows = "".join(f'[access.g{number}]\n"*" = ["ec2:StartInstances"]\n' for number in range(groups))
    return (
        'version = 1\nname = "app"\n[accounts.hub]\nid = "333333333333"\nidentity = true\n'
        f"{accounts}{rows}[output]\nquotas = {{ groups_per_account = 500 }}\n[[require]]\nmfa = true\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=500)
    groups = parser.parse_args().groups
    text = matrix(groups)
    files = {path: body for path, body in policycc.build(text).files.items() if path != "manifest.json"}
    matrices, _ = load_documents([read_text(text)])
    spent = 0.0
    judge = engine.judge_delegated

    def timed(*arguments: object) -> None:
        nonlocal spent
        start = time.process_time()
        judge(*arguments)  # type: ignore[arg-type]
        spent += time.process_time() - start

    start = time.process_time()
    with mock.patch.object(engine, "judge_delegated", timed):
        found = verify(matrices, load_catalogue(), files)
    whole = time.process_time() - start
    roles = sum("/trust/" in path for path in files)
    print(f"{groups} groups, {roles} roles: {found.verdict.value}; trust and chains {spent:.1f} s of {whole:.1f} s")


if __name__ == "__main__":
    main()
