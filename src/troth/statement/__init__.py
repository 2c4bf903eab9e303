"""What we promise: the declaration as values, its checks, its text, its versions and their difference."""
