"""What is measured over many runs: recovery of known values, time and memory."""
