"""Sensors: what each kind can see, as detection probability by kind of violation, footprint, error and delay.

One model, used as likelihood when fusing, as coverage when planning, and as generator in exercises.
"""
