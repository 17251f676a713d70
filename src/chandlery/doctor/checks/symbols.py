"""Rules for what is told about a symbol. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from chandlery.core.calendar import Calendar
from chandlery.core.errors import SessionError, UnknownResolutionError
from chandlery.core.resolution import Resolution, Unit
from chandlery.doctor.check import Fault, Severity, rule
from chandlery.doctor.history import is_number, number_of
from chandlery.doctor.listing import FAMILIES, Listing

MOST_PRICE_SCALE = 1e16
_TEXTS = ("name", "exchange", "listed_exchange", "session", "timezone")
_FAMILY_OF = {Unit.DAY: "daily", Unit.WEEK: "weekly", Unit.MONTH: "monthly"}


@rule(
    "symbol-found",
    Severity.ERROR,
    looks_at="/symbols answers for a symbol that was found or named",
    why="the chart shows a ghost instead of the symbol",
    todo="answer for name, ticker and EXCHANGE:NAME alike",
)
def symbol_found(listing: Listing) -> Iterator[Fault]:
    """See `looks_at`."""
    if not listing.is_known:
        yield Fault(f"nothing is told about {listing.asked}", listing.exchange)


@rule(
    "symbol-s-key",
    Severity.ERROR,
    looks_at="the answer of /symbols has no key s",
    why="the client takes any s, even ok, for an error: unknown_symbol",
    todo="send the symbol's fields without s",
)
def symbol_s_key(listing: Listing) -> Iterator[Fault]:
    """See `looks_at`."""
    if listing.is_known and "s" in listing.exchange.fields:
        yield Fault(f"s is {listing.exchange.fields['s']!r}", listing.exchange)


@rule(
    "symbol-fields",
    Severity.ERROR,
    looks_at="name, exchange, listed_exchange, session and timezone are texts, not empty",
    why="the client refuses the symbol, or prints undefined:NAME",
    todo="send all of them, spelled with underscores",
)
def symbol_fields(listing: Listing) -> Iterator[Fault]:
    """See `looks_at`."""
    wrong = [name for name in _TEXTS if not _is_text(listing.info.get(name))]
    if listing.is_known and wrong:
        yield Fault(f"missing or empty: {', '.join(wrong)}", listing.exchange)


@rule(
    "symbol-ticker",
    Severity.ERROR,
    looks_at="ticker is there",
    why="the client asks for history by ticker, and sends an empty symbol without it",
    todo="send a unique ticker",
)
def symbol_ticker(listing: Listing) -> Iterator[Fault]:
    """See `looks_at`."""
    if listing.is_known and not _is_text(listing.info.get("ticker")):
        yield Fault(f"ticker is {listing.info.get('ticker')!r}", listing.exchange)


@rule(
    "symbol-session",
    Severity.ERROR,
    looks_at="session and timezone can be read",
    why="bars are laid out by them: without them the chart is empty, or its days are wrong",
    todo="write 24x7 or 0930-1600:23456, and a time zone such as Etc/UTC or America/New_York",
)
def symbol_session(listing: Listing) -> Iterator[Fault]:
    """See `looks_at`."""
    session, zone = (listing.info.get(name) for name in ("session", "timezone"))
    if not (_is_text(session) and _is_text(zone)):
        return
    try:
        Calendar(str(session), str(zone))
    except SessionError as error:
        yield Fault(error.message, listing.exchange)


@rule(
    "symbol-price",
    Severity.ERROR,
    looks_at=f"minmov and pricescale are above 0, pricescale at most {MOST_PRICE_SCALE:.0e}",
    why="prices are printed by them: no price is shown, or noise in its last digits",
    todo="send minmov 1 and pricescale 10^n for n decimals; n at most 16",
)
def symbol_price(listing: Listing) -> Iterator[Fault]:
    """See `looks_at`."""
    if not listing.is_known:
        return
    for name in ("minmov", "pricescale"):
        value = listing.info.get(name)
        if not is_number(value) or number_of(value) <= 0:
            yield Fault(f"{name} is {value!r}", listing.exchange)
    if number_of(listing.info.get("pricescale")) > MOST_PRICE_SCALE:
        found = f"pricescale is {listing.info['pricescale']!r}"
        yield Fault(found, listing.exchange, Severity.WARNING)


@rule(
    "symbol-multipliers",
    Severity.ERROR,
    looks_at="each has_* flag comes with its multipliers, as a list of texts",
    why="the client asks the server for multiples it does not have, or refuses the symbol",
    todo='list what the server has: "intraday_multipliers": ["1", "5", "60"]; seconds too',
)
def symbol_multipliers(listing: Listing) -> Iterator[Fault]:
    """See `looks_at`."""
    for family, (flag, _, name, _, _) in FAMILIES.items():
        if not listing.is_known or not listing.has(family):
            continue
        found = listing.info.get(name)
        if found is None:
            if family in ("intraday", "seconds"):
                told = f"{flag} is true, but {name} is missing"
                yield Fault(told, listing.exchange, Severity.WARNING)
        elif not isinstance(found, list) or not found or not all(map(_is_count, found)):
            yield Fault(f"{name} is {found!r}", listing.exchange)


@rule(
    "symbol-resolutions",
    Severity.ERROR,
    looks_at="each of supported_resolutions can be served, or built from what is served",
    why="the button is there, and the chart behind it is empty or greyed out",
    todo="set has_intraday, has_seconds, has_daily and has_weekly_and_monthly to what is true",
)
def symbol_resolutions(listing: Listing) -> Iterator[Fault]:
    """See `looks_at`."""
    found = listing.info.get("supported_resolutions")
    if not listing.is_known or found is None:
        return
    if not isinstance(found, list) or not found:
        yield Fault(f"supported_resolutions is {found!r}", listing.exchange)
        return
    wrong = [item for item in found if not _is_served(listing, item)]
    if wrong:
        yield Fault(f"no bars for {', '.join(map(str, wrong[:8]))}", listing.exchange)


@rule(
    "symbol-spelling",
    Severity.WARNING,
    looks_at="no field of /symbols is spelled with hyphens, and none is outdated",
    why="the raw answer is the symbol: fields by another name are not seen by older clients",
    todo="write minmov, has_intraday, session_holidays, visible_plots_set",
)
def symbol_spelling(listing: Listing) -> Iterator[Fault]:
    """See `looks_at`."""
    if listing.exchange.path != "/symbols":
        return
    odd = [key for key in listing.info if "-" in key or key in ("has_no_volume", "holidays")]
    if odd:
        yield Fault(f"fields {', '.join(odd)}", listing.exchange)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_count(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and int(value) > 0


def _is_served(listing: Listing, item: object) -> bool:
    """Whether the client asks for a resolution, or builds it from one that it asks for."""
    try:
        resolution = Resolution.parse(str(item))
    except UnknownResolutionError:
        return isinstance(item, str)
    if resolution.is_intraday:
        family = "intraday" if resolution.seconds % 60 == 0 else "seconds"
        unit = 60 if family == "intraday" else 1
        counts = [int(count) for count in listing.multipliers(family) if _is_count(count)]
        is_built = any(count and resolution.seconds % (count * unit) == 0 for count in counts)
        return listing.has(family) and is_built
    return listing.has(_FAMILY_OF[resolution.unit]) or listing.has("daily")


SYMBOL_RULES = (
    symbol_found,
    symbol_s_key,
    symbol_fields,
    symbol_ticker,
    symbol_session,
    symbol_price,
    symbol_multipliers,
    symbol_resolutions,
    symbol_spelling,
)
