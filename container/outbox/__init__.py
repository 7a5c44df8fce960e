"""The outbox: accepted payloads, kept until they reach one of their four ends."""
