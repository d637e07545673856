"""The directives: one file each, or a family of them, with their checks."""
