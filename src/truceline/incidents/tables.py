"""The incident table."""

from __future__ import annotations

from truceline.observations.tables import Schema

INCIDENTS: Schema = {
    "incident_id": "text",
    "time_start": "time",  # earliest the happening can have begun, by its observations
    "time_end": "time",
    "lon_deg": "number",
    "lat_deg": "number",
    "sigma_m": "number",
    "chainage_km": "number",  # along the line of contact
    "offset_km": "number",  # from the line; positive on the first party's side
    "place": "text",
    "act": "text",  # the most probable act; "heat" when only thermal detections support it
    "p_exists": "number",  # probability that there was a happening here beyond the background
    "p_acts": "list",  # ((act, probability given that it exists), ...), most probable first, sums to 1
    "party": "text",  # the party the sources name, "" when none or several; not an attribution
    "item": "text",
    "system": "text",
    "calibre_mm": "number",
    "operator": "text",
    "count_min": "number",
    "count_max": "number",
    "strength": "number",
    "observations": "list",  # observation ids
    "sensors": "list",  # kinds of sensor that contributed
    "origins": "number",  # how many independent origins
    "state": "text",  # possible | probable | confirmed | rejected | open
    "ln_odds_prior": "number",
    "ln_lr": "list",  # ((group, capped ln likelihood ratio), ...): every step from the prior to p_exists
    "settle": "text",  # what would settle it
    "method": "text",
    "method_version": "text",
}
