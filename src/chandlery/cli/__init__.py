"""The command line: one file a command."""

from chandlery.cli.group import chandlery, main

__all__ = ["chandlery", "main"]
