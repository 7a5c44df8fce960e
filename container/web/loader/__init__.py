"""The loader: the script a page loads, and what it tells the container about the browser's own copies."""
