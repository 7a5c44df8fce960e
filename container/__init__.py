"""The machine of tagdock: everything between a hit and an accepted server event."""
