"""What the doctor has found. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from chandlery.doctor.check import Check, Fault, Severity


@dataclass(slots=True)
class Finding:
    """A fault of one subject, and how often it was seen there; the exchange is the first one."""

    check: str
    severity: Severity
    subject: str
    what: str
    request: str
    answer: str
    why: str
    todo: str
    times: int = 1


@dataclass(slots=True)
class Report:
    """All findings, and what was looked at."""

    url: str = ""
    checks: list[str] = field(default_factory=list)
    series: list[str] = field(default_factory=list)
    requests: int = 0
    unfinished: str = ""
    findings: list[Finding] = field(default_factory=list)

    def note(self, check: Check, subject: str, fault: Fault) -> None:
        """Take a fault in; the same one of the same subject is counted only."""
        severity = fault.severity or check.severity
        for known in self.findings:
            if (known.check, known.severity, known.subject) == (check.name, severity, subject):
                known.times += 1
                return
        exchange = fault.exchange
        self.findings.append(
            Finding(
                check.name,
                severity,
                subject,
                fault.what,
                exchange.request,
                exchange.excerpt,
                check.why,
                check.todo,
            )
        )

    def ran(self, check: Check) -> None:
        """Take note that a check was made."""
        if check.name not in self.checks:
            self.checks.append(check.name)

    def count(self, severity: Severity) -> int:
        """Return how many findings there are of a severity."""
        return sum(finding.severity == severity for finding in self.findings)
