"""CDKTF constructs, and what they share with the local system."""
