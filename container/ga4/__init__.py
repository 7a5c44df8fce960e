"""What GA4 hits mean: parameters, items, user data, client hints and consent, read without knowing who sent them."""
