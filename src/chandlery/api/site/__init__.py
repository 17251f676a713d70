"""The web app as the server hands it out."""
