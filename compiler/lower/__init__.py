"""From a scheduled kernel, with numbers for its holes, to a loop nest."""
