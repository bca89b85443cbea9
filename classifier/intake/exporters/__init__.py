"""One module a family of programs that write exports, each recognised by its signature."""
