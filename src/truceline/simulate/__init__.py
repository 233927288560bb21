"""Invented truth to score the watch, and an outlook on how long a ceasefire might hold."""

from truceline.simulate.evidence import Evidence, read_evidence
from truceline.simulate.outlook import LEVELS, Outlook, outlook
from truceline.simulate.setting import CONDITIONS, Setting, read_setting

__all__ = ["CONDITIONS", "LEVELS", "Evidence", "Outlook", "Setting", "outlook", "read_evidence", "read_setting"]
