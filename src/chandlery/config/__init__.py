"""The settings: one table of names, types, defaults and help, filled from file, environment, flags.

The file is weaker than the environment, and that weaker than flags. An unknown name is an error.
Only this package reads the environment.
"""

from chandlery.config.loading import FILE, Configuration, Value, load
from chandlery.config.names import PREFIX, Setting, table
from chandlery.config.sections import (
    Access,
    Demo,
    DuckDB,
    Http,
    Limits,
    LiveSeries,
    Log,
    Metrics,
    Push,
    WebSockets,
    Writing,
)
from chandlery.config.settings import Settings
from chandlery.config.values import FOREVER, Network, Seconds, Secret, Size, bytes_of, read_duration

__all__ = [
    "FILE",
    "FOREVER",
    "PREFIX",
    "Access",
    "Configuration",
    "Demo",
    "DuckDB",
    "Http",
    "Limits",
    "LiveSeries",
    "Log",
    "Metrics",
    "Network",
    "Push",
    "Seconds",
    "Secret",
    "Setting",
    "Settings",
    "Size",
    "Value",
    "WebSockets",
    "Writing",
    "bytes_of",
    "load",
    "read_duration",
    "table",
]
