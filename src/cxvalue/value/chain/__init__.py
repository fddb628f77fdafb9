"""The cohort model, and a shift that is kept up."""
