"""Reports of a run: terminal, Markdown, JUnit, HTML, badge."""
