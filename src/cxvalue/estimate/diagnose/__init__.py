"""What a value leans on: balance and overlap, empty cells, causes that nobody recorded."""
