"""The frame of all pages, run anew by Streamlit at every interaction."""

import streamlit as st

from presentation.dashboard.frame import navigate, show_header
from presentation.errors import InputError

st.set_page_config(
    page_title="Customer segments",
    layout="wide",
)
page = navigate()
show_header()
try:
    page.run()
except InputError as error:
    st.error(str(error), icon=":material/error:")
