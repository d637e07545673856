"""txc: tensor expressions, compiled to C and tuned."""
