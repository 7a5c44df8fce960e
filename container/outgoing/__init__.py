"""What tags make requests of: bodies and addresses by templates, hashed identifiers, ids, the meaning of statuses."""
