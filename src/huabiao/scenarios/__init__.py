"""The plan's catalogue of scenes: one flat file each."""
