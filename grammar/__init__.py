"""The surface syntax: `tx.lark`, its word lists, and what editors get from them."""
