"""policycc compiles an access matrix into minimal, proved AWS IAM policies."""
