"""Bodies of trades that others send us: pure parsers, which name each bad row by its place."""

from chandlery.sources.push.arrow_rows import MissingArrowError, read_arrow
from chandlery.sources.push.builder import Asked
from chandlery.sources.push.csv_rows import read_csv
from chandlery.sources.push.encoding import too_large, unpacked
from chandlery.sources.push.errors import BodyError, Fault
from chandlery.sources.push.event_rows import read_events
from chandlery.sources.push.identify import plain_trades, trades_of
from chandlery.sources.push.json_rows import read_json
from chandlery.sources.push.json_texts import Form
from chandlery.sources.push.line_protocol import PRECISIONS, read_lines
from chandlery.sources.push.parsed import Parsed, Rows
from chandlery.sources.push.times import UNITS

__all__ = [
    "PRECISIONS",
    "UNITS",
    "Asked",
    "BodyError",
    "Fault",
    "Form",
    "MissingArrowError",
    "Parsed",
    "Rows",
    "plain_trades",
    "read_arrow",
    "read_csv",
    "read_events",
    "read_json",
    "read_lines",
    "too_large",
    "trades_of",
    "unpacked",
]
