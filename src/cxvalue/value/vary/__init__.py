"""What moves a value: assumptions with their ranges, one at a time, two by two, and all together."""
