"""A population from a file of one's own: look at the file, propose a mapping, write the models."""
