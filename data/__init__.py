"""TICKIT, the sample data of a ticket exchange, made up afresh and always the same."""
