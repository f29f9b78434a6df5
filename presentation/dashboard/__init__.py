"""The dashboard: Streamlit pages on the published file; `python -m presentation.dashboard`."""
