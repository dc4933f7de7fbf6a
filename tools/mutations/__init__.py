"""What the fast tests notice: small changes of the product's sources, each applied in a copy."""
