"""The properties of the promise. Each function gives a term that no request may meet: unsatisfiable iff it holds."""
