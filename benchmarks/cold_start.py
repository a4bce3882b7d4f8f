"""Cold start: how long `policycc check` and `policycc build` take as whole processes, against two yardsticks.

    make bench

All commands run in turns, and the medians are compared, so that a machine that slows down slows all of them down.
Times are processor time, user and system: other work on the machine then matters less.
The yardsticks are what any tool on these libraries pays for its imports, and policy_sentry with 20 actions.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
POLICYCC = Path(sys.executable).with_name("policycc")
MATRIX = ROOT / "fixtures" / "matrices" / "three-environments" / "matrix.toml"
ACTIONS = (
    "ec2:AttachVolume",
    "ec2:CreateVolume",
    "ec2:DeleteVolume",
    "ec2:DetachVolume",
    "ec2:RebootInstances",
    "ec2:RunInstances",
    "ec2:StartInstances",
    "ec2:StopInstances",
    "ec2:TerminateInstances",
    "elasticloadbalancing:DeregisterTargets",
    "elasticloadbalancing:ModifyTargetGroup",
    "elasticloadbalancing:RegisterTargets",
    "rds:CreateDBSnapshot",
    "rds:ModifyDBInstance",
    "rds:RebootDBInstance",
    "rds:StartDBInstance",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
)


@dataclass(frozen=True)
class Contender:
    """A command, and what has to be put right before each run (not measured)."""

    name: str
    command: tuple[str, ...]
    prepare: Callable[[], object] = lambda: None


def contenders(folder: Path, peers: Path | None) -> list[Contender]:
    """The commands to compare. `folder` is for their files, `peers` an environment with policy_sentry, or None."""
    policycc = str(POLICYCC)
    matrix = shutil.copy(MATRIX, folder)
    output = folder / "policies"
    found = [
        Contender(
            "python -c 'import click, jsonschema, jinja2'", (sys.executable, "-c", "import click, jsonschema, jinja2")
        ),
        Contender("policycc check", (policycc, "check", matrix)),
        Contender(
            "policycc build",
            (policycc, "build", matrix, "-o", str(output)),
            lambda: shutil.rmtree(output, ignore_errors=True),
        ),
    ]
    if peers is not None:
        actions = folder / "actions.yml"
        actions.write_text("mode: actions\nname: webshop\nactions:\n" + "".join(f"  - {name}\n" for name in ACTIONS))
        script = str(peers / "bin" / "policy_sentry")
        found.append(
            Contender("policy_sentry write-policy, 20 actions", (script, "write-policy", "--input-file", str(actions)))
        )
    return found


def measure(found: list[Contender], runs: int) -> list[float]:
    """The median of each contender in seconds, over `runs` turns after one to warm up."""
    times: list[list[float]] = [[] for _ in found]
    for turn in range(runs + 1):
        for contender, own in zip(found, times, strict=True):
            contender.prepare()
            start = _spent()
            done = subprocess.run(contender.command, capture_output=True, text=True, check=False)
            taken = _spent() - start
            if done.returncode != 0:
                raise SystemExit(f"{contender.name} failed:\n{done.stdout}{done.stderr}")
            if turn:
                own.append(taken)
    return [statistics.median(own) for own in times]


def _spent() -> float:
    """Processor seconds of all commands so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def table(found: list[Contender], medians: list[float]) -> str:
    """The medians and their ratios to both yardsticks as a Markdown table."""
    imports = medians[0]
    peer = medians[3] if len(medians) > 3 else None
    lines = ["| command | median | to the imports | to policy_sentry |", "| --- | ---: | ---: | ---: |"]
    for contender, median in zip(found, medians, strict=True):
        versus = f"{median / peer:.2f}" if peer else "-"
        lines.append(f"| `{contender.name}` | {median * 1000:.0f} ms | {median / imports:.2f} | {versus} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure cold start.")
    parser.add_argument("--peers", type=Path, help="a virtual environment with policy_sentry")
    parser.add_argument("--runs", type=int, default=15, help="turns (default 15)")
    parser.add_argument("--json", action="store_true", help="print the medians in seconds as JSON")
    arguments = parser.parse_args()
    needed = [POLICYCC, *([arguments.peers / "bin" / "policy_sentry"] if arguments.peers is not None else [])]
    for script in needed:
        if not script.is_file():
            parser.error(f"there is no {script}: install it first")
    with tempfile.TemporaryDirectory() as name:
        found = contenders(Path(name), arguments.peers)
        medians = measure(found, arguments.runs)
    if arguments.json:
        print(json.dumps({item.name: median for item, median in zip(found, medians, strict=True)}, indent=2))
    else:
        print(table(found, medians))


if __name__ == "__main__":
    main()
