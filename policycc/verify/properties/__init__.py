"""The properties of the promise, each as the term of its breach.

A property holds if no request meets its breach together with what the policies let through and the axioms of requests:
unsatisfiable iff it holds.
"""
