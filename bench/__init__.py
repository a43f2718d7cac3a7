"""Benchmarks that anyone can repeat: `make bench`, or `python -m bench.ledger --json`.

Each prints what it ran on, its parameters, medians and percentiles as JSON, and checks
its own results. Machines are noisy: compare ratios within one run.
"""
