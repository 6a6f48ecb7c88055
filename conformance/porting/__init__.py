"""What changes between two frameworks: scripts, signatures, pages."""
