"""Languages of the page: one catalogue a language, and what says a sentence in the language spoken."""
