"""What Meta's browser pixel and its gateway script send, read into common event data."""
