"""Incidents: which observations are of one happening, where and when it was, what it was, and how sure that is.

May import observations, sensors, the agreement's words and the shared vocabulary. An incident carries no blame.
"""
