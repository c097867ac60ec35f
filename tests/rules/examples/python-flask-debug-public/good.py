"""The debugger off, or for this machine only."""

import os

from flask import Flask

app = Flask(__name__)

if __name__ == "__main__":
    app.run(host="0.0.0.0")
    app.run(host="0.0.0.0", debug=os.environ.get("DEBUG") == "1")
    app.run(host="127.0.0.1", debug=True)
    app.run(debug=True)
