"""policycc compiles an access matrix into minimal, proved AWS IAM policies."""

__version__ = "0.1.0"
