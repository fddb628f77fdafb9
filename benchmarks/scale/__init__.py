"""How time and memory grow with the customers, in scans of the same files: ``python -m benchmarks.scale``."""
