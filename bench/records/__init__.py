"""Records of cells: what they are, where they are kept, and what they rest on."""
