"""Variables of ARNs whose values hold neither `:` nor `/` although nothing follows them.

Of a variable with which an ARN ends the catalogue does not say what it may hold, and some hold paths. These are the
ones for which that would make two types of one call look alike, with the page that gives their characters.
"""

from __future__ import annotations

_PLAIN = {
    ("batch", "JobQueueName"): "https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html",
    (
        "kinesis",
        "ConsumerCreationTimpstamp",
    ): "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Consumer.html",
    ("wafv2", "Id"): "https://docs.aws.amazon.com/waf/latest/APIReference/API_RuleGroup.html",
}


def is_plain(arn: str, variable: str) -> bool:
    """Whether the values of a variable of a type's ARN are known to hold no separator."""
    service = arn.split(":", 3)[2] if arn.count(":") > 2 else ""
    return (service, variable) in _PLAIN
