"""A local Meta: what passes here passes there."""
