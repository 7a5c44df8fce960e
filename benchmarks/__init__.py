"""Benchmarks: what the container costs, as ratios measured in one run."""
