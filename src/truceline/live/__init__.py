"""A mission watched as it happens: readings in, and after each batch the assessment that all of them together give.

May import all rooms below; touches neither disk nor network nor clock.
"""

from truceline.live.take import Live
from truceline.live.update import Update

__all__ = ["Live", "Update"]
