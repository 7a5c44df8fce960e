"""The HTTP face: collecting hits, preview, sandbox and health."""
