"""Facts about Meta, tested against its published vectors."""
