"""Exercises from a mission's folder to their scores, for the command line and for notebooks.

May import the mission, its reports and the store; what is invented and how it is scored is the room `simulate`.
"""

from truceline.exercising.folder import KEY, SEAL_FILE, open_exercise, real_background, write_exercise
from truceline.exercising.ready import SCENARIO_FILE, scenario_of, stage_of
from truceline.exercising.scored import RUN_STEPS, Scored, exercise_files_of, many, score_exercise
from truceline.exercising.worth import worth

__all__ = [
    "KEY",
    "RUN_STEPS",
    "SCENARIO_FILE",
    "SEAL_FILE",
    "Scored",
    "exercise_files_of",
    "many",
    "open_exercise",
    "real_background",
    "scenario_of",
    "score_exercise",
    "stage_of",
    "worth",
    "write_exercise",
]
