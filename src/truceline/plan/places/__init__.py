"""Sites placed against the line, guarded or left out with the reason, and how soon help comes."""
