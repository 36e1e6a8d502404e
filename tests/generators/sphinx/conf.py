project = "A site"
html_static_path = ["_static"]
html_js_files = [("chain-walk.js", {"type": "module"})]
suppress_warnings = ["misc.highlighting_failure"]
html_theme = "alabaster"
