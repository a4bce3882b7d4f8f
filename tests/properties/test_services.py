"""Each service with rules of its own: what holds there, by what, and what the compiler says of what cannot be held.

fixtures/services has the expectations, written from the documentation; what is granted is built together and proved.
"""

from __future__ import annotations

from functools import cache

import pytest

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.diagnostics.codes import CODES
from policycc.pipeline import Result
from tests.support import meaning, services
from tests.support.services import Case

CASES = [case for service in services.services() for case in services.cases(service)]
VARIANTS = [(service, variant) for service in services.services() for variant in services.variants(service)]
WITH_OWN_RULES = {
    *("s3", "dynamodb", "ssm", "ecs", "lambda", "kms", "logs", "route53", "cloudformation", "autoscaling"),
    *("elasticloadbalancing", "rds", "eks", "secretsmanager", "sns", "sqs", "iam"),
}


@cache
def built(service: str, variant: str) -> Result:
    """All that is granted in a variant, in one matrix."""
    actions = [case.action for case in services.cases(service) if case.variant == variant and case.granted]
    return services.build(services.matrix(service, variant, actions))


def test_every_service_with_rules_of_its_own_has_a_fixture() -> None:
    assert set(services.services()) >= WITH_OWN_RULES


@pytest.mark.parametrize("service", services.services())
def test_a_fixture_says_why_and_whence(service: str) -> None:
    data = services.load(service)
    assert data["sources"] and all(source.startswith("https://") for source in data["sources"])
    catalogue = load_catalogue()
    for case in services.cases(service):
        found = catalogue.action(case.action)
        assert found is not None and found.id == case.action
        assert len(case.why) > 5, case.action
        if not case.granted:
            assert case.code in CODES
            assert len(case.phrase) > 3, case.action
    outcomes = {case.granted for case in services.cases(service)}
    assert outcomes == {True, False}, "something that holds, and something that does not"


@pytest.mark.parametrize(("service", "variant"), VARIANTS, ids="-".join)
def test_what_is_granted_builds_and_is_proved(service: str, variant: str) -> None:
    result = built(service, variant)
    assert [item.message for item in result.diagnostics if item.severity.value == "error"] == []
    assert result.outcome is not None
    verdicts = {name: verdict.verdict for name, verdict in result.outcome.proof.verdicts}
    assert set(verdicts.values()) == {"proved"}, verdicts


@pytest.mark.parametrize(("service", "variant"), VARIANTS, ids="-".join)
def test_the_canonical_requests_work_and_nothing_else(service: str, variant: str) -> None:
    actions = [case.action for case in services.cases(service) if case.variant == variant and case.granted]
    data = services.matrix(service, variant, actions)
    files = built(service, variant).files
    assert files is not None
    done = meaning.Build(services.fixture(data), dict(files))
    assert meaning.denied_inside(done) == []
    assert list(meaning.half_granted(done)) == []
    assert list(meaning.leaks(done)) == []
    assert list(meaning.rowless_leaks(done)) == []
    assert list(meaning.broken_companions(done)) == []
    assert list(meaning.retags(done)) == []
    assert list(meaning.unasked_actions(done)) == []


@pytest.mark.parametrize("case", [case for case in CASES if case.granted], ids=lambda case: case.id)
def test_what_holds_and_by_what(case: Case) -> None:
    ((_, decisions),) = built(case.service, case.variant).decisions
    (decision,) = (one for one in decisions if one.wish.action == case.action)
    assert decision.outcome == "granted", decision.reason
    assert {row.type: row.how for row in decision.holding.rows} == case.how


@pytest.mark.parametrize("case", [case for case in CASES if not case.granted], ids=lambda case: case.id)
def test_what_is_said_of_what_cannot_be_held(case: Case) -> None:
    result = services.check(services.matrix(case.service, case.variant, [case.action]))
    said = [item for item in result.diagnostics if item.code != "PCC410"]
    assert [item.code for item in said] == [case.code]
    assert case.phrase in f"{said[0].message} {said[0].help}", f"{said[0].message} {said[0].help}"
    ((_, (decision,)),) = result.decisions
    assert decision.outcome != "granted"
