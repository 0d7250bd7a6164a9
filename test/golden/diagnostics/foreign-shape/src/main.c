// Here, so that a pattern matches it.
