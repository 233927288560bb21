"""Plan: the force, the sites it guards, what watches the line, and the air and sea reserve."""
