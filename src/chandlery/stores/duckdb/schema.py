"""The numbered SQL files that make the schema, and the version a file is at."""

from __future__ import annotations

from functools import partial
from importlib import resources

from chandlery.core.errors import StoreCorruptError, StoreVersionError
from chandlery.core.resolution import Resolution
from chandlery.stores.duckdb.connection import Database, Session

TABLE_OF_TRADES = "trades"


def table_of(resolution: Resolution) -> str:
    """Return the name of a series' table; upper case tells months from minutes apart."""
    text = str(resolution)
    return f"candles_{text[:-1]}mo" if text.endswith("M") else f"candles_{text}"


def migrations() -> list[tuple[int, str]]:
    """Return the numbered SQL texts in order."""
    folder = resources.files("chandlery.stores.duckdb") / "sql"
    found = [
        (int(item.name.split("_")[0]), item.read_text())
        for item in folder.iterdir()
        if item.name.endswith(".sql")
    ]
    return sorted(found)


def migrate(database: Database) -> None:
    """Bring the file to the newest schema, each step whole; refuse one from the future."""
    steps = migrations()
    newest = steps[-1][0]
    found = database.read(_version)
    if found > newest:
        message = f"{database.path} has schema {found}, this version knows up to {newest}"
        raise StoreVersionError(message, hint="install the newer chandlery that wrote it")
    if found == 0 and database.read(_tables):
        message = f"{database.path} is a DuckDB file, but not one of Chandlery's"
        raise StoreCorruptError(message, hint="name another directory with --data")
    for number, sql in steps:
        if number > found:
            database.transaction(partial(_apply, sql=sql, number=number))


def _apply(session: Session, sql: str, number: int) -> None:
    session.execute(sql)
    session.execute("CREATE TABLE IF NOT EXISTS schema_version (number INTEGER NOT NULL)")
    session.execute("DELETE FROM schema_version")
    session.execute("INSERT INTO schema_version VALUES (?)", [number])


def _tables(session: Session) -> list[str]:
    return [
        name for (name,) in session.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    ]


def _version(session: Session) -> int:
    if "schema_version" not in _tables(session):
        return 0
    return session.number("SELECT max(number) FROM schema_version") or 0


def create_candles(session: Session, resolution: Resolution) -> None:
    """Make the table of a series if it is not there."""
    session.execute(
        f"""CREATE TABLE IF NOT EXISTS {table_of(resolution)} (
            market INTEGER NOT NULL, t BIGINT NOT NULL,
            o DOUBLE NOT NULL, h DOUBLE NOT NULL, l DOUBLE NOT NULL, c DOUBLE NOT NULL,
            v DOUBLE NOT NULL, q DOUBLE NOT NULL, n BIGINT NOT NULL, bv DOUBLE NOT NULL,
            given BOOLEAN NOT NULL
        )"""
    )
