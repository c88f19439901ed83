"""The ``augbench`` command, a module a group of subcommands."""

from bench.cli.app import main

__all__ = ["main"]
