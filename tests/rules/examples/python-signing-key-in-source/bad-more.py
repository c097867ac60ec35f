from flask import Flask

app = Flask(__name__)
app.config.update(SECRET_KEY="correct-horse", SESSION_COOKIE_HTTPONLY=True)  # expect: python-signing-key-in-source
app.config.from_mapping(SECRET_KEY="correct-horse")  # expect: python-signing-key-in-source
