from __future__ import annotations

import re
from dataclasses import replace

from policycc.cli.summary import render_summary
from policycc.emit.fold import canonical
from policycc.emit.json_target import emit_json
from policycc.ir.outcome import EscapeEntry, Grant, Omission, Prerequisite, Proof, Residual, Split, Verdict
from tests.support import outputs

HELD = (("instance", ("tag",)),)


def test_the_summary_tells_what_each_principal_got_and_what_not() -> None:
    outcome = canonical(
        replace(
            outputs.outcome(),
            grants=(
                Grant("developers", ("dev", "test"), ("ec2:StartInstances", "ec2:StopInstances"), "granted", HELD),
                Grant("developers", ("dev",), ("ec2:DescribeInstances",), "residual", (("*", ("none",)),)),
                Grant("developers", ("dev",), ("rds:CancelExportTask",), "split"),
                Grant("developers", ("dev",), ("s3:GetObject",), "omitted"),
                Grant("deploy", ("dev", "test"), ("ec2:StopInstances",), "granted", HELD),
            ),
            residuals=(
                Residual("developers", ("ec2:DescribeInstances",), "main", ("test",), "fallback", "no resource"),
            ),
            splits=(Split("developers", ("rds:CancelExportTask",), ("dev",), ("test",)),),
            omissions=(Omission("developers", ("s3:GetObject",), ("dev",), "no names"),),
            escapes=(EscapeEntry("deploy", ("iam:PassRole",), "pass-role", "mitigable", "mitigated", "under roles"),),
            prerequisites=(Prerequisite("main", "switch on S3 ABAC", ("s3:GetObject",)),),
            proof=Proof(
                (("isolation", Verdict("proved", ("residuals[0]",))), ("fit", Verdict("refuted"))), ("marks are right",)
            ),
        )
    )
    emitted = emit_json(
        [outputs.document("ec2:StopInstances"), outputs.document("ec2:StopInstances", principal=outputs.DEPLOY)],
        [outputs.trust()],
    )
    assert (
        render_summary(outcome, emitted)
        == """\
main  dev, test
  deploy-dev  1 policy + trust  █░░░░░░░░░   3%  1 granted
  developers  1 policy          █░░░░░░░░░   3%  4 granted  1 residual, 1 to split, 1 left out

Beyond their environments (residuals)
  developers: ec2:DescribeInstances reach test (fallback: no resource)

Waiting for an account split
  developers: rds:CancelExportTask in dev, once apart from test

Left out
  developers: s3:GetObject in dev (no names)

Ways around the policies (escapes)
  deploy: iam:PassRole mitigated (pass-role)

Needed in the account
  main: switch on S3 ABAC

Proof
  isolation    proved, except 1 entry
  exactness    unknown
  closure      unknown
  usability    unknown
  escape       unknown
  trust        unknown
  chains       unknown
  fit          refuted
  irredundant  unknown
  under 1 assumption, listed in the manifest
"""
    )


def test_colour_adds_escapes_only() -> None:
    emitted = emit_json([outputs.document("ec2:StopInstances")])
    plain = render_summary(outputs.outcome(), emitted)
    coloured = render_summary(outputs.outcome(), emitted, colour=True)
    assert coloured != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_an_empty_build_says_so_little() -> None:
    assert render_summary(outputs.outcome(), ()).startswith("main  dev, test\n\nProof\n")


def test_the_bar_tells_how_full_all_policies_of_a_principal_are_together() -> None:
    full = replace(outputs.document("ec2:StartInstances"), quota=200)
    emitted = emit_json([full, outputs.document("ec2:StopInstances", index=2)])
    largest = max(item.size / item.quota for item in emitted)
    assert largest > 0.8
    assert "2 policies  █░░░░░░░░░   6%" in render_summary(outputs.outcome(), emitted)
