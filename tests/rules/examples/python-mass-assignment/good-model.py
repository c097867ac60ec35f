"""Fields that a model lists, and a flag with a fixed value."""

from fastapi import FastAPI

from shop.models import Change, database

api = FastAPI()


@api.patch("/users/{user_id}")
def change(user_id: int, body: Change, kind: str):
    user = database.get(user_id)
    for name, value in body.model_dump(exclude_unset=True).items():
        setattr(user, name, value)
    setattr(user, f"is_{kind}", True)
