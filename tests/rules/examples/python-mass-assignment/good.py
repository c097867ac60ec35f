"""Objects whose fields are named, or validated by a form."""

from flask import Flask, request

from shop.models import Item, User, database
from shop.forms import UserForm

app = Flask(__name__)


@app.post("/users")
def create():
    user = User(name=request.get_json()["name"])
    database.session.add(user)
    database.session.commit()
    return ""


def change(request, user):
    form = UserForm(request.POST)
    if form.is_valid():
        User.objects.create(**form.cleaned_data)
    setattr(user, "name", request.POST["name"])
