"""The text line's doors: texts that come in, and receipts of those that went out; hung by the application."""
