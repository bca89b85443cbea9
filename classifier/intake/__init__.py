"""1 READ: any export in, one table of posts out, and every row that is not a post with its reason."""
