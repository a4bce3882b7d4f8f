"""Variables of ARNs whose values hold neither `:` nor `/` although nothing follows them.

Of a variable with which an ARN ends the catalogue does not say what it may hold, and some hold paths. These are the
ones for which that would make two types of one call look alike, with the page that gives their characters.
"""

from __future__ import annotations

_BATCH = "https://docs.aws.amazon.com/batch/latest/APIReference/"
_LOAD_BALANCING = "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/"
_EVENTS = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/"
_PLAIN = {
    "batch:JobQueueName": _BATCH + "API_CreateJobQueue.html",
    "elasticloadbalancing:LoadBalancerName": _LOAD_BALANCING + "API_CreateLoadBalancer.html",
    "events:RuleName": _EVENTS + "API_PutRule.html",
    "kinesis:ConsumerCreationTimpstamp": "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Consumer.html",
    "s3:BucketName": "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
    "wafv2:Id": "https://docs.aws.amazon.com/waf/latest/APIReference/API_RuleGroup.html",
}


def is_plain(arn: str, variable: str) -> bool:
    """Whether the values of a variable of a type's ARN are known to hold no separator."""
    service = arn.split(":", 3)[2] if arn.count(":") > 2 else ""
    return f"{service}:{variable}" in _PLAIN
