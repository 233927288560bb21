"""Findings: one incident against one clause; then status by sector and day, attribution, claims and clocks.

May import incidents, agreement and what lies below; never the plan. What is judged does not depend on where
we chose to look from.
"""
