"""Every check the doctor makes."""

from chandlery.doctor.check import Check
from chandlery.doctor.checks.answers import ANSWER_RULES, HEADER_RULES
from chandlery.doctor.checks.config import CONFIG_RULES
from chandlery.doctor.checks.extras import EXTRA_PROBES
from chandlery.doctor.checks.figures import FIGURE_RULES
from chandlery.doctor.checks.history import HISTORY_RULES
from chandlery.doctor.checks.paging import PAGING_RULES
from chandlery.doctor.checks.ranges import RANGE_PROBES
from chandlery.doctor.checks.search import SEARCH_PROBES
from chandlery.doctor.checks.service import SERVICE_PROBES
from chandlery.doctor.checks.symbols import SYMBOL_RULES

AREAS: dict[str, tuple[Check, ...]] = {
    "Configuration": CONFIG_RULES,
    "Service": SERVICE_PROBES,
    "Search": SEARCH_PROBES,
    "Symbols": SYMBOL_RULES,
    "History: every answer": HISTORY_RULES,
    "History: ranges": RANGE_PROBES,
    "History: paging": PAGING_RULES,
    "Prices and volumes": FIGURE_RULES,
    "Marks and quotes": EXTRA_PROBES,
    "Every answer": (*ANSWER_RULES, *HEADER_RULES),
}
"""The checks by what they look at."""

__all__ = [
    "ANSWER_RULES",
    "AREAS",
    "CONFIG_RULES",
    "EXTRA_PROBES",
    "FIGURE_RULES",
    "HEADER_RULES",
    "HISTORY_RULES",
    "PAGING_RULES",
    "RANGE_PROBES",
    "SEARCH_PROBES",
    "SERVICE_PROBES",
    "SYMBOL_RULES",
]
