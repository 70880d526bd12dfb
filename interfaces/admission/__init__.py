"""What a version of an interface must show before it is registered: one examination, one list of findings."""

from interfaces.admission.examine import ROLLOUTS, Examination, Rollout, examine
from interfaces.admission.waivers import Waiver, judge, parse_waiver

__all__ = ["ROLLOUTS", "Examination", "Rollout", "Waiver", "examine", "judge", "parse_waiver"]
