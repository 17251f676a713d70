"""Files of trades or bars as a source: CSV, JSON, Parquet and exchange archives."""

from chandlery.sources.files.chunk import Chunk
from chandlery.sources.files.inputs import Input, inputs
from chandlery.sources.files.parse.faults import BadRow
from chandlery.sources.files.parse.options import FileOptions
from chandlery.sources.files.read import read

__all__ = ["BadRow", "Chunk", "FileOptions", "Input", "inputs", "read"]
