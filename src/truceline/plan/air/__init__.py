"""The air reserve, what air defence covers, and what could reopen to civil flights."""
