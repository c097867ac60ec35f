"""Objects that take all fields of a request."""

from flask import Flask, request

from shop.models import Item, User, database

app = Flask(__name__)


@app.post("/users")
def create():
    user = User(**request.get_json())  # expect: python-mass-assignment
    database.session.add(user)
    database.session.commit()
    return ""


def change(request, user):
    User.objects.create(**request.POST)  # expect: python-mass-assignment
    for name, value in request.POST.items():
        setattr(user, name, value)  # expect: python-mass-assignment
    user.__dict__.update(request.POST)  # expect: python-mass-assignment
