"""Clients: each file reads one kind of hit into events."""
