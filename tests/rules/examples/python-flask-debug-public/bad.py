"""The Flask debugger on all addresses."""

from flask import Flask

app = Flask(__name__)

if __name__ == "__main__":
    app.run(host="0.0.0.0", debug=True)  # expect: python-flask-debug-public
    app.run(debug=True, host="0.0.0.0", port=8080)  # expect: python-flask-debug-public
