"""The doctor: the checklist before going live, one file a check, each kept apart from the others."""
