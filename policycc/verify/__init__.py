"""Proves the promise about policy files: reads them as they are, and knows nothing of how they were made.

`verify` judges documents in memory, `verify_directory` those of a folder; both give a `Verification`.
"""

from policycc.verify.engine import verify, verify_directory
from policycc.verify.result import Counterexample, Property, Residual, Verdict, Verification

__all__ = [
    "Counterexample",
    "Property",
    "Residual",
    "Verdict",
    "Verification",
    "verify",
    "verify_directory",
]
