"""Networks that the engine's own measures and the methods share. Imports torch: only ever imported inside functions."""
