"""The parts of ``report.html``, as text ready to be shown."""
