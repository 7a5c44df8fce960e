"""Tags: each file turns an event into one vendor payload and knows how to send it."""
