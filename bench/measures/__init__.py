"""What is measured: metrics of test rows, and fidelity and privacy of synthetic rows."""
