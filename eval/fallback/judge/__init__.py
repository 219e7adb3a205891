"""A language model as judge, believed only once measured."""
