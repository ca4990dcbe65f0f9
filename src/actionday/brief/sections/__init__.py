"""The parts of a brief, in the order of reading: each takes the material and says what it shows and in which words."""
