"""Where to put a limited number of things: p-median, p-center and maximal covering, to a proven optimum."""
