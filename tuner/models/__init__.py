"""Cost models: which candidates look fast, learnt from those that were measured."""
