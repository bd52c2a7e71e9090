"""What is sent around: a report as spreadsheet and PDF, a run as one file; `helpers.share` is the door to it."""
