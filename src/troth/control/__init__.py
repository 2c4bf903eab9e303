"""The person in control of what is held of them."""
