"""What people look at: the published file, the report and the dashboard, which read it alone."""
