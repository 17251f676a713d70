"""Examines any server of TradingView's UDF protocol, as its charts would meet it."""

from chandlery.doctor.answer import Answer, Fetch
from chandlery.doctor.check import Check, Severity
from chandlery.doctor.examine import Examination, Wish
from chandlery.doctor.report import Finding, Report
from chandlery.doctor.visit import DEFAULT_REQUESTS, Visit

__all__ = [
    "DEFAULT_REQUESTS",
    "Answer",
    "Check",
    "Examination",
    "Fetch",
    "Finding",
    "Report",
    "Severity",
    "Visit",
    "Wish",
]
