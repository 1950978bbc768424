"""Reports of an audit: JSON for machines, HTML for people."""
