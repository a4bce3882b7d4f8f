"""A long comparison of policycc's evaluator with the naive one and with @cloud-copilot/iam-simulate.

    python -m tests.differential.campaign --cases 1000000 --seed 1

Writes the counts as JSON to standard output and progress to standard error. Exit status 1 if any disagreement is
unexplained; each is printed, shrunk, as a line for `policycc simulate`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from contextlib import ExitStack

from tests.differential import compare

ORACLES = ("naive", "iam-simulate")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1_000_000, help="requests put to each oracle")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--against", choices=ORACLES, action="append", help="only this oracle")
    asked = parser.parse_args()
    against = asked.against or list(ORACLES)
    reason = compare.oracle_missing()
    if "iam-simulate" in against and reason:
        print(reason, file=sys.stderr)
        return 2

    start = time.monotonic()
    tallies = {name: compare.Tally() for name in against}
    policycc = compare.Policycc()
    with ExitStack() as stack:
        oracle = stack.enter_context(compare.IamSimulate()) if "iam-simulate" in against else None
        for number, lines in enumerate(compare.batches(asked.cases, asked.seed)):
            if oracle:
                oracle.ask(lines)
            decisions = [policycc.decide(line) for line in lines]
            if "naive" in tallies:
                compare.against_naive(lines, decisions, tallies["naive"])
            if oracle:
                compare.against_iam_simulate(lines, decisions, oracle.answers(), tallies["iam-simulate"], oracle)
            if number % 100 == 99:
                print(f"{(number + 1) * compare.BATCH} requests, {time.monotonic() - start:.0f} s", file=sys.stderr)
    seconds = round(time.monotonic() - start)
    found = {name: vars(tally) for name, tally in tallies.items()}
    print(json.dumps({"seed": asked.seed, "seconds": seconds, "against": found}, indent=2))
    return 1 if any(tally.unexplained for tally in tallies.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
