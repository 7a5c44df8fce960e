"""Facts about Meta, and an event's parts by its rules: normal forms, names, ids, commerce, privacy, answers."""
