"""Sensors for a budget: laydown with a proven gap, and the fleet that keeps an orbit."""
