"""Marquez's JSON shapes, made from what is stored. What belongs to many rows is read once for all of them."""
