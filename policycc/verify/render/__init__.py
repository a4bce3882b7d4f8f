"""Proofs for people, programs and auditors: one renderer a file."""
