"""What is wrong with a policy."""


class PolicyError(ValueError):
    """A policy that AWS would not take, or that cannot be judged: the message says what is wrong, and where."""
