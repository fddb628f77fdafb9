"""Looking ahead: whether the link changes, and what the value becomes if that goes on."""
