"""Statistics of paired seeds, and rankings."""
