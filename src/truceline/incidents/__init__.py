"""Incidents: which observations are of one happening, where and when it was, what it was, and how sure that is.

May import observations, sensors, the agreement's words and the shared vocabulary. An incident carries no blame.
"""

from truceline.incidents.groups import incidents_of_groups
from truceline.incidents.make import Learnt, make_incidents
from truceline.incidents.power import Power, excess_of_heat, power_of_thermal
from truceline.incidents.settings import IncidentSettings, settings_from
from truceline.incidents.standing import weigh_standing
from truceline.incidents.tables import ASSUMPTIONS, BACKGROUND, INCIDENTS, MASKED, Incidents

__all__ = [
    "ASSUMPTIONS",
    "BACKGROUND",
    "INCIDENTS",
    "MASKED",
    "IncidentSettings",
    "Incidents",
    "Learnt",
    "Power",
    "excess_of_heat",
    "incidents_of_groups",
    "make_incidents",
    "power_of_thermal",
    "settings_from",
    "weigh_standing",
]
