"""What a deployment costs: estimated from its synthesized stacks and a dated list of prices."""
