"""Variables: each file is one way to ask something of an event."""
