"""The demo shop: four pages on which dual tracking can be watched, while everything goes to the sandbox."""
