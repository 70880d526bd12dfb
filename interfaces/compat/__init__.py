"""Compatibility between two versions of an agreement: judged by who writes and who reads, for both orders of roll-out.

report = compare(load_spec(old), load_spec(new))
report.findings, report.needed          # needed: the least version number that is honest
"""

from interfaces.compat.compare import Report, compare
from interfaces.compat.rules import RULES, Finding

__all__ = ["RULES", "Finding", "Report", "compare"]
