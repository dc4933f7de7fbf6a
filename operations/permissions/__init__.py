"""What the deployer must be allowed: worked out from the stacks, printed as IAM policies."""
