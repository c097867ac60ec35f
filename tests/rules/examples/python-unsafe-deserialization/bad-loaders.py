import yaml
from flask import Flask, request

app = Flask(__name__)


@app.post("/plans")
def add_plan():
    plan = yaml.load(request.data, Loader=yaml.UnsafeLoader)  # expect: python-unsafe-deserialization
    for step in yaml.load_all(request.files["steps"].read(), yaml.Loader):  # expect: python-unsafe-deserialization
        plan.append(step)
    return {"steps": len(plan)}
