"""`python -m policycc`, for a checkout or a zipped wheel that has no script."""

from policycc.cli import main

if __name__ == "__main__":
    main()
