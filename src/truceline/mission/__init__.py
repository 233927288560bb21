"""A mission: its folder read once and checked, or one sheet of events with a line, and what is made from it."""

from truceline.mission.finding import find_agreement, find_mission
from truceline.mission.folder import open_mission
from truceline.mission.mission import Given, Mission, SourceEntry
from truceline.mission.sheet import events_mission

__all__ = ["Given", "Mission", "SourceEntry", "events_mission", "find_agreement", "find_mission", "open_mission"]
