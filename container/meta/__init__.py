"""Facts about Meta that tag, client and sandbox share: normalising, names, cookies, rules."""
