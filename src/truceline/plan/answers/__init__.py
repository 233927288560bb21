"""What a reader asks of a plan: the worth of the backstop, the spread, what matters, what is not known."""
