"""Starting: what ``tagdock init`` asks, and the files of a new container that it writes."""
