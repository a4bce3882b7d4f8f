"""The account plan against all partitions there are, each decided by the compiler itself, and against what a build says
of the matrix once the plan is written into it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from policycc import pipeline, planning
from policycc.catalogue.catalogue import load
from policycc.diagnostics.model import Diagnostics
from policycc.model.apart import clashes
from policycc.model.load import load_documents
from policycc.model.matrix import Account, Matrix
from policycc.plan.blocks import Blocks, Decided, Place
from policycc.plan.conflicts import SEVERITIES
from policycc.plan.unheld import Asked
from policycc.source.read import read_text

ENVIRONMENTS = ("dev", "test", "stage", "prod")
HELD = ("ec2:StartInstances", "ec2:StopInstances", "rds:RebootDBInstance", "s3:GetObject")
UNHELD = (
    "ec2:DescribeInstances",
    "ec2:DescribeVpcs",
    "rds:DescribeEvents",
    "rds:CancelExportTask",
    "elasticloadbalancing:SetWebAcl",
    "autoscaling:DescribeLaunchConfigurations",
    "route53:ListHostedZones",
    "route53:CreateHostedZone",
    "s3:ListAllMyBuckets",
    "iam:GetAccountSummary",
)
ACTIONS = HELD * 3 + UNHELD
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")


@st.composite
def matrices(
    draw: st.DrawFn,
    name: str = "shop",
    largest: int = 4,
    *,
    shared: bool = True,
    declared: tuple[tuple[str, str], ...] | None = None,
) -> str:
    """A matrix with everything that decides which environments may share an account; `shared` says whether some may be
    shared, `declared` are its accounts where these are not to be drawn."""
    names = ENVIRONMENTS[: draw(st.integers(1, largest))]
    known = draw(_accounts()) if declared is None else declared
    lines = ["version = 1", f'name = "{name}"']
    lines += [f"[accounts.{account}]\nexclusive = {exclusive}" for account, exclusive in known]
    accounts = [line.split("]")[0].removeprefix("[accounts.") for line in lines if line.startswith("[accounts.")]
    lines += [
        '[environments."*"]',
        'names = ["{name}-{environment}-*"]',
        'tags = { app = "{name}", env = "{environment}" }',
    ]
    for environment in names:
        lines.append(f"[environments.{environment}]")
        if accounts and draw(st.booleans()):
            lines.append(f'account = "{draw(st.sampled_from(accounts))}"')
        if draw(st.sampled_from([True, *[False] * 9])):
            lines.append('scopes = ["pci"]')
        if draw(st.sampled_from([True, *[False] * 11])):
            lines.append('tags = { env = "same" }')
    if shared and draw(st.sampled_from([True, False, False])):
        lines += ["[environments.common]", "shared = true"]
        names = (*names, "common")
    for group in ("people", "others", "machines"):
        cells = [
            f"{column} = {draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=4, unique=True))}".replace(
                "'", '"'
            )
            for column in (*names, '"*"')
            if draw(st.booleans())
        ]
        if cells:
            lines += [f"[access.{group}]", *cells]
    if any(line == "[access.machines]" for line in lines) and draw(st.booleans()):
        lines += ["[groups.machines]", 'kind = "role"', "per_environment = true"]
        lines += ["[groups.machines.trust]", 'services = ["ec2.amazonaws.com"]']
    for entry in draw(
        st.lists(
            st.tuples(
                st.sets(st.sampled_from(names), min_size=1, max_size=2), st.sets(st.sampled_from(REGIONS), min_size=2)
            ),
            max_size=3,
        )
    ):
        lines += ["[[require]]", f"environments = {sorted(entry[0])}", f"regions = {sorted(entry[1])}"]
    lines += ["[fallback]", f'reads = "{draw(st.sampled_from(["grant", "grant", "split"]))}"']
    lines += [f'others = "{draw(st.sampled_from(["split", "grant", "error"]))}"']
    if draw(st.booleans()):
        lines += [
            "[[accept]]",
            'what = "residual"',
            'reason = "fine"',
            f'environments = ["{draw(st.sampled_from(names))}"]',
        ]
        lines += [f'actions = ["{draw(st.sampled_from(ACTIONS))}"]']
    if draw(st.sampled_from([True, *[False] * 3])):
        lines += ["[tagging]", "always = true"]
    return "\n".join(lines) + "\n"


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Two matrices that are built together: they say the same of their accounts."""
    declared = draw(_accounts())
    one = draw(matrices("shop", 2, shared=False, declared=declared))
    return one, draw(matrices("desk", 2, shared=False, declared=declared))


@st.composite
def _accounts(draw: st.DrawFn) -> tuple[tuple[str, str], ...]:
    names = draw(st.sampled_from([(), ("main",), ("main", "other"), ("other",)]))
    return tuple((name, draw(st.sampled_from(["true", "false"]))) for name in names)


def partitions(items: tuple[Place, ...]) -> Iterator[tuple[frozenset[Place], ...]]:
    if not items:
        yield ()
        return
    for rest in partitions(items[1:]):
        yield (frozenset({items[0]}), *rest)
        for number, part in enumerate(rest):
            yield (*rest[:number], part | {items[0]}, *rest[number + 1 :])


def planned(texts: list[str]) -> planning.Planned:
    return planning.plan([read_text(text, f"{number}.toml") for number, text in enumerate(texts)])


def asked(texts: list[str]) -> tuple[Asked, ...]:
    """The matrices without shared environments, which are no part of the search."""
    found, _ = load_documents([read_text(text, f"{number}.toml") for number, text in enumerate(texts)])
    catalogue = load()
    return tuple(Asked(_unshared(matrix), *pipeline.resolve(matrix, catalogue, Diagnostics())[:2]) for matrix in found)


def _unshared(matrix: Matrix) -> Matrix:
    return replace(matrix, environments=tuple(one for one in matrix.environments if not one.shared))


def fewest(questions: tuple[Asked, ...]) -> tuple[int, tuple[int, ...]]:
    """How many accounts, and how many residuals by severity, the best of all partitions has: each account is exclusive,
    and what it holds is what the compiler decides."""
    environments = {(one.matrix.name, item.name): item for one in questions for item in one.matrix.environments}
    blocks = Blocks(questions, load())
    account = Account("new", exclusive=True)

    def judged(part: frozenset[Place]) -> Decided | None:
        for one in part:
            for other in part:
                first, second = environments[one], environments[other]
                if one < other and (set(first.scopes) != set(second.scopes) or clashes(first, second)):
                    return None
        found = blocks.decided(account, part)
        return None if found.splits else found

    best = None
    for partition in partitions(tuple(sorted(environments))):
        answers = [judged(part) for part in partition]
        if all(answer is not None for answer in answers):
            counts = [sum(dict(answer.residuals).get(level, 0) for answer in answers if answer) for level in SEVERITIES]
            price = (len(partition), tuple(counts))
            best = price if best is None else min(best, price)
    assert best is not None
    return best


@settings(max_examples=60, deadline=None)
@given(matrices(shared=False))
def test_the_optimum_is_the_best_of_all_partitions(text: str) -> None:
    result = planned([text])
    assume(result.plan is not None)
    assert result.plan is not None and result.plan.exact
    best = result.plan.topology("optimum")
    assert (len(best.accounts), tuple(best.residual(level) for level in SEVERITIES)) == fewest(asked([text]))
    assert best.splits == () and best.problems == ()


@settings(max_examples=25, deadline=None)
@given(pairs())
def test_the_optimum_of_two_matrices_is_the_best_of_all_partitions(texts: tuple[str, str]) -> None:
    result = planned([*texts])
    assume(result.plan is not None)
    assert result.plan is not None
    best = result.plan.topology("optimum")
    assert (len(best.accounts), tuple(best.residual(level) for level in SEVERITIES)) == fewest(asked([*texts]))
    assert best.splits == () and best.problems == ()


@settings(max_examples=60, deadline=None)
@given(matrices(), st.sampled_from(["single", "hybrid", "separate", "optimum"]))
def test_a_topology_that_is_written_is_the_one_that_was_planned(text: str, name: str) -> None:
    result = planned([text])
    assume(result.plan is not None)
    assert result.plan is not None
    topology = result.plan.topology(name)
    texts, problems = result.rewritten(name)
    assert problems.has_errors == bool(topology.problems)
    assume(not problems.has_errors)
    ((before, after),) = texts.values()
    assert before == text
    checked = pipeline.check_documents([read_text(after, "0.toml")])
    codes = {item.code for item in checked.diagnostics if item.severity.value == "error"}
    assert not codes & {"PCC203", "PCC214", "PCC215", "PCC220", "PCC232", "PCC238", "PCC406"}
    if name == "optimum" and "shared = true" not in text:
        assert "PCC402" not in {item.code for item in checked.diagnostics}
    assert checked.outcome is not None or codes
    assert tomllib.loads(after).get("access") == tomllib.loads(text).get("access")
    assume(checked.outcome is not None)
    assert checked.outcome is not None
    written = planned([after])
    assert written.plan is not None
    now = written.plan.topologies[0]
    assert now.homes == topology.homes
    assert (now.granted, len(now.splits), now.left_out, now.residuals, now.strangers, now.policies) == (
        topology.granted,
        len(topology.splits),
        topology.left_out,
        topology.residuals,
        topology.strangers,
        topology.policies,
    )
    outcomes = [grant.outcome for grant in checked.outcome.grants for _ in grant.actions for _ in grant.environments]
    assert outcomes.count("granted") == topology.granted
    assert outcomes.count("split") == len(topology.splits)
    assert outcomes.count("omitted") == topology.left_out
    assert outcomes.count("residual") == topology.residual_count + topology.strangers
    reached = {title for residual in checked.outcome.residuals for title in residual.reaches}
    assert {title for title in topology.homes if title not in reached} == set(topology.apart)
